package io.landfall.store.chunk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names of packs: `packs/<group>/<sequence>.open` while it is written, `.pack` when sealed;
/// both numbers in hexadecimal, a group being 1,024 packs in a row, so that neither a directory
/// grows without bound nor is one made for each pack.
///
/// @param root the store's `packs` directory
public record PackDirectory(Path root) {
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})\\.(open|pack)");
  private static final int GROUP_BITS = 10;

  /// The directory that holds pack `sequence`.
  public Path group(long sequence) {
    return root.resolve("%06x".formatted(sequence >>> GROUP_BITS));
  }

  /// The name of pack `sequence` while it is written.
  public Path open(long sequence) {
    return group(sequence).resolve("%016x.open".formatted(sequence));
  }

  /// The name of pack `sequence` once sealed.
  public Path sealed(long sequence) {
    return group(sequence).resolve("%016x.pack".formatted(sequence));
  }

  /// Whether `pack` is a sealed one, by its name.
  public static boolean isSealed(Path pack) {
    return pack.getFileName().toString().endsWith(".pack");
  }

  /// The number in the name of a pack, or empty if it is not one.
  public static OptionalLong sequenceOf(Path pack) {
    Matcher name = NAME.matcher(pack.getFileName().toString());
    return name.matches()
        ? OptionalLong.of(Long.parseUnsignedLong(name.group(1), 16))
        : OptionalLong.empty();
  }

  /// All packs by sequence number; a pack that is being sealed meanwhile is listed once.
  public SortedMap<Long, Path> list() throws IOException {
    SortedMap<Long, Path> packs = new TreeMap<>();
    if (!Files.isDirectory(root)) {
      return packs;
    }
    try (DirectoryStream<Path> groups = Files.newDirectoryStream(root)) {
      for (Path group : groups) {
        addGroup(group, packs);
      }
    }
    return packs;
  }

  private static void addGroup(Path group, Map<Long, Path> packs) throws IOException {
    if (!Files.isDirectory(group)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(group)) {
      for (Path file : files) {
        OptionalLong sequence = sequenceOf(file);
        if (sequence.isPresent()) {
          packs.merge(sequence.getAsLong(), file, (a, b) -> isSealed(a) ? a : b);
        }
      }
    } catch (NoSuchFileException e) {
      // The group was emptied and removed while we looked.
      return;
    }
  }
}
