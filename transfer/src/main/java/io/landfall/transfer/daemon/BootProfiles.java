package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ImageId;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.BootProfile;
import io.landfall.transfer.net.Peer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The boot profiles that a submit host keeps, one for each image, as `IMAGEID.profile` in a
/// directory. They travel as exports, and whatever comes from another host is checked before it is
/// believed.
///
/// Threads: any.
final class BootProfiles {
  private static final System.Logger LOG = System.getLogger(BootProfiles.class.getName());
  private static final String SUFFIX = ".profile";

  /// Of 2 MiB at most; those written longest ago go.
  private static final int MAX_KEPT = 256;

  private static final int MAX_BYTES = 2 << 20;

  private final Path directory;

  BootProfiles(Path directory) {
    this.directory = directory;
  }

  private Path file(ImageId image) {
    return directory.resolve(image + SUFFIX);
  }

  /// The text of a profile, if there is one.
  Optional<byte[]> find(ImageId image) throws IOException {
    return Files.isRegularFile(file(image))
        ? Optional.of(Files.readAllBytes(file(image)))
        : Optional.empty();
  }

  /// Keeps a profile, unless there is one that knows more: a guest whose image arrived fast was
  /// watched for a short time only.
  synchronized void keep(ImageId image, BootProfile profile) throws IOException {
    Optional<byte[]> before = find(image);
    if (profile.ranges().isEmpty()
        || (before.isPresent() && parse(before.get()).bytes() >= profile.bytes())) {
      return;
    }
    Files.createDirectories(directory);
    DurableFiles.replace(file(image), profile.toText().getBytes(StandardCharsets.US_ASCII));
    prune();
  }

  private void prune() throws IOException {
    List<Path> oldestLast;
    try (Stream<Path> files = Files.list(directory)) {
      oldestLast =
          files
              .filter(file -> file.toString().endsWith(SUFFIX))
              .sorted(
                  Comparator.comparingLong((Path file) -> file.toFile().lastModified()).reversed())
              .toList();
    }
    for (Path file : oldestLast.subList(Math.min(MAX_KEPT, oldestLast.size()), oldestLast.size())) {
      Files.deleteIfExists(file);
    }
  }

  private static BootProfile parse(byte[] text) throws IOException {
    return BootProfile.parse(new String(text, StandardCharsets.US_ASCII));
  }

  /// The profile that a disk is to be landed by. One that is not there or no good costs the job
  /// nothing.
  static BootProfile pull(Peer from, Request.DiskOrder disk) {
    return disk.profile().flatMap(export -> pull(from, export)).orElse(BootProfile.EMPTY);
  }

  /// A profile that a peer offers.
  static Optional<BootProfile> pull(Peer from, String export) {
    try (RemoteImage remote = RemoteImage.open(from, export)) {
      if (remote.sizeBytes() > MAX_BYTES) {
        throw new IOException(remote.sizeBytes() + " bytes, expected at most " + MAX_BYTES);
      }
      ByteBuffer text = ByteBuffer.allocate((int) remote.sizeBytes());
      remote.read(0, text);
      return Optional.of(parse(text.array()));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0}: no boot profile: {1}", export, e.getMessage());
      return Optional.empty();
    }
  }
}
