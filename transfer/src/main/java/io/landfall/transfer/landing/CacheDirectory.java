package io.landfall.transfer.landing;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.content.ManifestFormat;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.message.Limits;
import io.landfall.snapshot.device.RawFile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The files of an image cache.
///
/// ```
/// lock                     held by the process that has the cache open
/// images/ID.raw            a landed image, read-only; ID is its ImageId
/// images/ID.manifest       names its chunks; its modification time is when it was last used
/// incoming/KEY.raw         an image whose id is not known before it has landed
/// */.NAME.raw.part[.journal]    a landing under way, or broken off and to be gone on with
/// ```
///
/// An image is in the cache when both its files are. The manifest is written first.
final class CacheDirectory implements AutoCloseable {
  private static final String RAW = ".raw";
  private static final String MANIFEST = ".manifest";

  private final Path images;
  private final Path incoming;
  private final FileChannel lockFile;

  private CacheDirectory(Path directory, FileChannel lockFile) {
    this.images = directory.resolve("images");
    this.incoming = directory.resolve("incoming");
    this.lockFile = lockFile;
  }

  /// Opens or creates the cache and takes its lock.
  static CacheDirectory open(Path directory) throws IOException {
    Files.createDirectories(directory.resolve("images"));
    Files.createDirectories(directory.resolve("incoming"));
    FileChannel lockFile =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    if (!locked(lockFile)) {
      lockFile.close();
      throw new LandingException(
          ErrorCode.BUSY, "another process has the image cache " + directory + " open");
    }
    CacheDirectory cache = new CacheDirectory(directory, lockFile);
    cache.clean();
    return cache;
  }

  private static boolean locked(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock(); // released when the file is closed
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /// Removes what a killed process left and nothing can go on with.
  private void clean() throws IOException {
    for (ImageId id : ids()) { // named just before a kill, and not tidied up
      Files.deleteIfExists(PartFile.pathFor(imagePath(id)));
      Files.deleteIfExists(PartFile.journalFor(imagePath(id)));
    }
    for (Path path : list(images)) {
      String name = path.getFileName().toString();
      boolean lonely =
          name.endsWith(RAW)
              ? !Files.exists(images.resolve(name.replace(RAW, MANIFEST)))
              : name.endsWith(MANIFEST)
                  && !Files.exists(images.resolve(name.replace(MANIFEST, RAW)))
                  && !Files.exists(PartFile.pathFor(images.resolve(name.replace(MANIFEST, RAW))));
      if (lonely || name.endsWith(".tmp")) {
        Files.delete(path);
      }
    }
    for (Path path : list(incoming)) {
      if (!path.getFileName().toString().startsWith(".")) {
        Files.delete(path); // landed, but not named yet
      }
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(paths::add);
    }
    return paths;
  }

  /// Where the image with that id is, or would be.
  Path imagePath(ImageId id) {
    return images.resolve(id + RAW);
  }

  /// Where an image lands whose id is not known yet.
  Path incomingPath(String key) {
    return incoming.resolve(key + RAW);
  }

  boolean holds(ImageId id) {
    return Files.isRegularFile(imagePath(id)) && Files.isRegularFile(manifestPath(id));
  }

  private Path manifestPath(ImageId id) {
    return images.resolve(id + MANIFEST);
  }

  /// The images that are here, the one used last first.
  List<ImageId> ids() throws IOException {
    record Used(ImageId id, FileTime time) {}
    List<Used> found = new ArrayList<>();
    for (Path path : list(images)) {
      String name = path.getFileName().toString();
      Optional<ImageId> id = name.endsWith(MANIFEST) ? parse(name) : Optional.empty();
      if (id.isPresent() && holds(id.get())) {
        found.add(new Used(id.get(), Files.getLastModifiedTime(path)));
      }
    }
    found.sort((a, b) -> b.time().compareTo(a.time()));
    return found.stream().map(Used::id).toList();
  }

  private static Optional<ImageId> parse(String name) {
    try {
      return Optional.of(ImageId.parse(name.substring(0, name.length() - MANIFEST.length())));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // not ours
    }
  }

  Manifest manifest(ImageId id) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(manifestPath(id)))) {
      return ManifestFormat.read(in, Limits.MAX_IMAGE_BYTES);
    }
  }

  void writeManifest(Manifest manifest) throws IOException {
    Path target = manifestPath(manifest.imageId());
    Path temporary = images.resolve(manifest.imageId() + ".tmp");
    try (FileChannel file =
        FileChannel.open(
            temporary,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16);
      ManifestFormat.write(manifest, out);
      out.flush();
      file.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    sync(images);
  }

  /// Lets the landing of an image go on with what was landed of it before its id was known.
  void continueNameless(String key, ImageId id) throws IOException {
    Path begun = PartFile.pathFor(incomingPath(key));
    Path part = PartFile.pathFor(imagePath(id));
    if (Files.exists(begun) && !Files.exists(part)) {
      Files.move(begun, part);
      Path journal = PartFile.journalFor(incomingPath(key));
      if (Files.exists(journal)) {
        Files.move(journal, PartFile.journalFor(imagePath(id)));
      }
    }
  }

  /// Moves a landed image to its place and makes it read-only.
  void adopt(Path landed, ImageId id) throws IOException {
    Files.setPosixFilePermissions(landed, PosixFilePermissions.fromString("r--r--r--"));
    if (!landed.equals(imagePath(id))) {
      Files.move(landed, imagePath(id), StandardCopyOption.ATOMIC_MOVE);
      sync(images);
    }
  }

  /// Whether the chunk names of the image are here, of itself or of its beginnings.
  boolean isNamed(ImageId id) {
    return Files.isRegularFile(manifestPath(id));
  }

  /// The bytes that an image which has begun to land takes on the disk.
  long begunBytes(ImageId id) throws IOException {
    Path part = PartFile.pathFor(imagePath(id));
    if (!Files.isRegularFile(part)) {
      return 0;
    }
    try (RawFile file = RawFile.open(part)) {
      return PartFile.dataOf(file).bytes();
    }
  }

  /// The bytes that an image takes on the disk.
  long allocatedBytes(ImageId id) throws IOException {
    try (RawFile file = RawFile.open(imagePath(id))) {
      return PartFile.dataOf(file).bytes();
    }
  }

  /// The bytes that are free on the disk.
  long usableBytes() throws IOException {
    return images.toFile().getUsableSpace();
  }

  /// Notes that an image is used now.
  void touch(ImageId id) throws IOException {
    Files.setLastModifiedTime(manifestPath(id), FileTime.from(Instant.now()));
  }

  void delete(ImageId id) throws IOException {
    Files.deleteIfExists(imagePath(id));
    Files.deleteIfExists(manifestPath(id));
    sync(images);
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
