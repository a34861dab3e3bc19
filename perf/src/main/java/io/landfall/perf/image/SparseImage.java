package io.landfall.perf.image;

import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A disk of any size with runs of 8 MiB of data all over it; made as fast as it can be written,
/// since it is large: one piece of files' content again and again, with a number in every block.
///
/// @param sizeBytes of the disk
/// @param dataBytes of all runs, at most half of the disk
public record SparseImage(long sizeBytes, long dataBytes) {
  private static final int RUN_BYTES = 8 << 20;
  private static final int BLOCK = 4096;
  private static final long SEED = 3;

  public SparseImage {
    if (dataBytes < 1 || dataBytes > sizeBytes / 2 || sizeBytes % BLOCK != 0) {
      throw new IllegalArgumentException(
          "a disk of %d bytes with %d of data: expected at most half of it, in blocks of 4096"
              .formatted(sizeBytes, dataBytes));
    }
  }

  /// Where the data is, in order.
  public List<Range> runs() {
    long count = Math.ceilDiv(dataBytes, (long) RUN_BYTES);
    long apart = sizeBytes / count / BLOCK * BLOCK;
    List<Range> runs = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      runs.add(new Range(i * apart, Math.min(RUN_BYTES, dataBytes - i * RUN_BYTES)));
    }
    return runs;
  }

  /// Writes the disk to a new file.
  public void write(Path target) throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(RUN_BYTES);
    Numbers seeds = new Numbers(SEED);
    while (piece.hasRemaining()) {
      int file = Math.min(piece.remaining(), 256 << 10);
      new FileContent(seeds.next()).fill(piece.slice(piece.position(), file));
      piece.position(piece.position() + file);
    }
    try (RawFile disk = RawFile.create(target, sizeBytes)) {
      long number = 0;
      for (Range run : runs()) {
        piece.clear().limit((int) run.length());
        for (int at = 0; at + BLOCK <= piece.limit(); at += BLOCK) {
          piece.putLong(at + BLOCK / 2, number++);
        }
        disk.write(run.offset(), piece);
      }
      disk.flush();
    }
  }

  /// Writes new content into `count` places of the data, and says where.
  public List<Range> change(Path target, int count, int bytes) throws IOException {
    List<Range> runs = runs();
    Numbers numbers = new Numbers(SEED + 1);
    List<Range> changes = new ArrayList<>();
    ByteBuffer content = ByteBuffer.allocateDirect(bytes);
    try (RawFile disk = RawFile.openWritable(target)) {
      for (int i = 0; i < count; i++) {
        Range run = runs.get(numbers.below(runs.size()));
        int length = (int) Math.min(bytes, run.length());
        long at =
            run.offset()
                + numbers.below((int) ((run.length() - length) / BLOCK + 1)) * (long) BLOCK;
        new FileContent(numbers.next()).fill(content.clear().limit(length));
        disk.write(at, content.flip());
        changes.add(new Range(at, length));
      }
      disk.flush();
    }
    return changes;
  }
}
