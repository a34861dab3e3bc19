package io.landfall.perf.image;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An image that is named by three numbers: files of all sizes with free space between them, which
/// is never written.
///
/// @param sizeBytes of the disk, a multiple of 4096
/// @param dataBytes of the files together, a multiple of 4096
/// @param seed other seeds give other files in other places
public record DiskImage(long sizeBytes, long dataBytes, long seed) {
  private static final int BLOCK = 4096;
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int MAX_FILE_BLOCKS = 4096;
  private static final int MAX_RUN_BLOCKS = 64;

  public DiskImage {
    if (sizeBytes % BLOCK != 0
        || dataBytes % BLOCK != 0
        || dataBytes <= 0
        || dataBytes > sizeBytes) {
      throw new IllegalArgumentException(
          "image of %d bytes with %d of data: expected multiples of 4096, data within the disk"
              .formatted(sizeBytes, dataBytes));
    }
  }

  /// Where the files lie, in order, apart or touching.
  public List<Range> files() {
    Numbers numbers = new Numbers(seed);
    List<Range> files = new ArrayList<>();
    long at = 0;
    long dataLeft = dataBytes;
    long freeLeft = sizeBytes - dataBytes;
    while (dataLeft > 0) {
      // Even on a logarithmic scale: most files are small, most bytes are in large ones.
      long blocks = (long) StrictMath.pow(MAX_FILE_BLOCKS, numbers.unit());
      long length = Math.min(dataLeft, blocks * BLOCK);
      double share = 2 * numbers.unit() * length / dataLeft;
      long gap = Math.min(freeLeft, (long) (freeLeft * share) / BLOCK * BLOCK);
      files.add(new Range(at + gap, length));
      at += gap + length;
      freeLeft -= gap;
      dataLeft -= length;
    }
    return files;
  }

  /// Writes the image to a new file.
  public void write(Path target) throws IOException {
    try (RawFile disk = RawFile.create(target, sizeBytes)) {
      fill(disk, files(), seed);
      disk.flush();
    }
  }

  /// What a guest changes from one version to the next: runs of blocks in its files.
  ///
  /// @param share of the data blocks, as nearly as whole blocks allow
  public List<Range> changes(double share, long changeSeed) {
    Numbers numbers = new Numbers(changeSeed);
    List<Range> files = files();
    List<Range> changes = new ArrayList<>();
    long wanted = (long) (dataBytes * share);
    for (long changed = 0; changed < wanted; changed = bytes(changes)) {
      changes = new ArrayList<>(changes);
      for (long more = changed; more < wanted; more += changes.getLast().length()) {
        changes.add(run(files.get(numbers.below(files.size())), wanted - more, numbers));
      }
      changes = Range.merged(changes);
    }
    return changes;
  }

  private static Range run(Range file, long atMost, Numbers numbers) {
    long fileBlocks = file.length() / BLOCK;
    long blocks = (long) StrictMath.pow(MAX_RUN_BLOCKS, numbers.unit());
    blocks = Math.clamp(Math.ceilDiv(atMost, BLOCK), 1, Math.min(blocks, fileBlocks));
    long first = numbers.below((int) (fileBlocks - blocks + 1));
    return new Range(file.offset() + first * BLOCK, blocks * BLOCK);
  }

  private static long bytes(List<Range> ranges) {
    return ranges.stream().mapToLong(Range::length).sum();
  }

  /// Writes new content into `changes`.
  public static void apply(BlockDevice disk, List<Range> changes, long changeSeed)
      throws IOException {
    fill(disk, changes, ~changeSeed);
  }

  static void fill(BlockDevice disk, List<Range> ranges, long seed) throws IOException {
    Numbers seeds = new Numbers(seed);
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    for (Range range : ranges) {
      FileContent content = new FileContent(seeds.next());
      for (long at = range.offset(); at < range.end(); ) {
        content.fill(buffer.clear().limit((int) Math.min(BUFFER_BYTES, range.end() - at)));
        at += buffer.flip().remaining();
        disk.write(at - buffer.remaining(), buffer);
      }
    }
  }
}
