package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import io.landfall.snapshot.format.file.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// Turns the names in a descriptor into files: plain names of regular files in the descriptor's own
/// directory, each once, and no links. Anything else is a name that reaches for the host's files.
final class ExtentFiles {
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._ ()-]{0,200}");

  private final ImageFile descriptor;
  private final Set<String> taken = new HashSet<>();

  ExtentFiles(ImageFile descriptor) {
    this.descriptor = descriptor;
    taken.add(descriptor.name());
  }

  /// Opens an extent; the caller closes it.
  ImageFile open(String name) throws IOException {
    if (!PLAIN_NAME.matcher(name).matches() || !taken.add(name)) {
      throw refuse(name, "expected the plain name of another file in its directory");
    }
    Path path = descriptor.path().resolveSibling(name);
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw refuse(name, "which is no regular file in its directory");
    }
    return ImageFile.open(path);
  }

  private IOException refuse(String name, String why) {
    return descriptor.refuse(
        Reason.NAMES_A_FILE, "has an extent \"%s\", %s".formatted(Labels.printable(name), why));
  }
}
