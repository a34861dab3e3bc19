package io.landfall.transfer.landing;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Images for tests: seeded, sparse, and compared byte by byte and hole by hole.
final class Images {
  static final int MIB = 1 << 20;

  private Images() {}

  /// A sparse raw file: runs of random bytes of 4 KiB to 2 MiB, about `dataBytes` in all, the rest
  /// holes; the first and the last page are data.
  static RawFile sparse(Path path, long sizeBytes, long dataBytes, long seed) throws IOException {
    RawFile file = RawFile.create(path, sizeBytes);
    RandomGenerator random = random(seed);
    fill(file, 0, 4096, random);
    fill(file, (sizeBytes - 1) / 4096 * 4096, (int) ((sizeBytes - 1) % 4096 + 1), random);
    long written = 0;
    while (written < dataBytes) {
      int length = (random.nextInt(512) + 1) * 4096;
      long offset = random.nextLong((sizeBytes - length) / 4096) * 4096;
      fill(file, offset, length, random);
      written += length;
    }
    file.flush();
    return file;
  }

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed);
  }

  static void fill(BlockDevice device, long offset, int length, RandomGenerator random)
      throws IOException {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    device.write(offset, ByteBuffer.wrap(bytes));
  }

  static Manifest manifestOf(BlockDevice device) throws IOException {
    return manifestOf(device, Chunks.DEFAULT_SIZE_BYTES);
  }

  static Manifest manifestOf(BlockDevice device, int chunkSizeBytes) throws IOException {
    Manifest.Builder builder = Manifest.builder(device.sizeBytes(), chunkSizeBytes);
    for (long chunk = 0; chunk < Chunks.count(device.sizeBytes(), chunkSizeBytes); chunk++) {
      ByteBuffer bytes =
          read(
              device,
              chunk * chunkSizeBytes,
              Chunks.length(chunk, device.sizeBytes(), chunkSizeBytes));
      builder.put(chunk, Chunks.isZero(bytes) ? ChunkId.ZERO : ChunkId.of(bytes));
    }
    return builder.build();
  }

  static ByteBuffer read(BlockDevice device, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    device.read(offset, bytes);
    return bytes.flip();
  }

  /// Where the bytes of two devices first differ, or -1.
  static long mismatch(BlockDevice a, BlockDevice b) throws IOException {
    if (a.sizeBytes() != b.sizeBytes()) {
      return Math.min(a.sizeBytes(), b.sizeBytes());
    }
    for (long at = 0; at < a.sizeBytes(); at += MIB) {
      int length = (int) Math.min(MIB, a.sizeBytes() - at);
      int differs = read(a, at, length).mismatch(read(b, at, length));
      if (differs >= 0) {
        return at + differs;
      }
    }
    return -1;
  }

  /// The ranges that a device says are data.
  static List<Range> dataOf(BlockDevice device) throws IOException {
    List<Range> data = new ArrayList<>();
    long at = 0;
    while (at < device.sizeBytes()) {
      for (Extent extent : device.extents(at, device.sizeBytes() - at, 1024)) {
        if (extent.kind() == Extent.Kind.DATA) {
          data.add(new Range(extent.offset(), extent.length()));
        }
        at = extent.end();
      }
    }
    return Range.merged(data);
  }
}
