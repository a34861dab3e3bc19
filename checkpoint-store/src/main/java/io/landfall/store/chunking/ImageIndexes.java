package io.landfall.store.chunking;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.FileIdentity;
import io.landfall.protocol.content.ImageIndex;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.store.io.DurableFiles;
import io.landfall.store.io.FileLayer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/// A directory of [image indexes][ImageIndex], one for each image file that was ever hashed: the
/// second time, the answer is read instead of computed, unless somebody has written to the file.
///
/// A damaged or stale index is recomputed; nothing but time is lost with the directory. Any thread.
public final class ImageIndexes {
  private static final System.Logger LOG = System.getLogger(ImageIndexes.class.getName());

  /// A file changed this shortly before hashing began may change again within the same tick of the
  /// file system's clock, and then look unchanged: its index is not kept.
  private static final Duration CLOCK_TICK = Duration.ofMillis(50);

  private final Path directory;

  private ImageIndexes(Path directory) {
    this.directory = directory;
  }

  /// Indexes kept in `directory`, which is made on first use.
  public static ImageIndexes at(Path directory) {
    return new ImageIndexes(directory);
  }

  /// The manifest of the image in file `image`.
  ///
  /// @param content the disk that the file holds, whatever its format; read only if there is no
  ///   index for the file as it is now
  /// @param progress see [Chunking#manifestOf]; told of all bytes at once if an index is there
  public Manifest manifestOf(
      Path image, BlockDevice content, int chunkSizeBytes, LongConsumer progress)
      throws IOException {
    return indexOf(image, content, chunkSizeBytes, progress).manifest();
  }

  /// Like [#manifestOf], with the CRC32C of each chunk.
  public ImageIndex indexOf(
      Path image, BlockDevice content, int chunkSizeBytes, LongConsumer progress)
      throws IOException {
    Optional<ImageIndex> known = find(image, content.sizeBytes(), chunkSizeBytes);
    if (known.isPresent()) {
      progress.accept(content.sizeBytes());
      return known.get();
    }
    Instant start = Instant.now();
    FileIdentity before = identityOf(image);
    ImageIndex index = compute(before, content, chunkSizeBytes, progress);
    Instant changed = Instant.EPOCH.plusNanos(before.changedNanos());
    if (before.equals(identityOf(image)) && changed.isBefore(start.minus(CLOCK_TICK))) {
      keep(image, index);
    }
    return index;
  }

  /// The index of `image` if one is kept and nobody has written to the file since.
  public Optional<ImageIndex> find(Path image, long sizeBytes, int chunkSizeBytes)
      throws IOException {
    FileIdentity now = identityOf(image);
    Path file = fileOf(image);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      ImageIndex index = ImageIndex.readFrom(in, sizeBytes);
      Manifest manifest = index.manifest();
      boolean fits =
          index.identity().equals(now)
              && manifest.sizeBytes() == sizeBytes
              && manifest.chunkSizeBytes() == chunkSizeBytes;
      return fits ? Optional.of(index) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.INFO, file + ": not used: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static ImageIndex compute(
      FileIdentity identity, BlockDevice content, int chunkSizeBytes, LongConsumer progress)
      throws IOException {
    int chunks = Math.toIntExact(Math.ceilDiv(content.sizeBytes(), (long) chunkSizeBytes));
    int[] crcs = new int[chunks];
    BitSet dense = new BitSet(chunks);
    Manifest manifest =
        Chunking.manifestOf(
            content,
            chunkSizeBytes,
            progress,
            (index, plain) -> {
              CRC32C crc = new CRC32C();
              crc.update(plain.duplicate());
              crcs[index] = (int) crc.getValue();
              if (!Chunks.hasZeroPage(plain)) {
                synchronized (dense) {
                  dense.set(index);
                }
              }
            });
    return new ImageIndex(identity, manifest, crcs, dense);
  }

  /// An index is a convenience: a full disk is no reason to fail.
  private void keep(Path image, ImageIndex index) {
    Path file = fileOf(image);
    Path temporary = directory.resolve(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      index.writeTo(bytes);
      Files.createDirectories(directory);
      DurableFiles.write(FileLayer.disk(), temporary, file, bytes.toByteArray());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, file + ": index not kept: " + e.getMessage());
    }
  }

  private Path fileOf(Path image) {
    try {
      byte[] name = image.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
      return directory.resolve(HexFormat.of().formatHex(digest, 0, 16) + ".index");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static FileIdentity identityOf(Path image) throws IOException {
    Map<String, Object> unix =
        Files.readAttributes(image, "unix:dev,ino,size,lastModifiedTime,ctime");
    return new FileIdentity(
        ((Number) unix.get("dev")).longValue(),
        ((Number) unix.get("ino")).longValue(),
        ((Number) unix.get("size")).longValue(),
        ((FileTime) unix.get("lastModifiedTime")).to(TimeUnit.NANOSECONDS),
        ((FileTime) unix.get("ctime")).to(TimeUnit.NANOSECONDS));
  }
}
