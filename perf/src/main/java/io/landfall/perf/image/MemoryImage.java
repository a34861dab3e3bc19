package io.landfall.perf.image;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Guest memory that is named by two numbers, and its later states: half of it never used, the rest
/// programs, cached files and data.
///
/// From one state to the next, 3 % of the used pages change in a few words, as counters and lists
/// do; 0.5 % get new content, as files that are read do; 0.25 % are zeroed, and 0.25 % hold a copy
/// of another page. What changes lies all over the memory, where a disk's changes lie in runs.
///
/// @param sizeBytes of the memory, a multiple of 8192
/// @param seed other seeds give other memories
public record MemoryImage(long sizeBytes, long seed) {
  private static final int PAGE = 4096;
  private static final double TOUCHED_SHARE = 0.03;
  private static final double NEW_SHARE = 0.005;
  private static final double ZEROED_SHARE = 0.0025;
  private static final double COPIED_SHARE = 0.0025;
  private static final int MAX_WORDS = 16;

  /// Writes the first state to a new file.
  public void write(Path target) throws IOException {
    first().write(target);
  }

  private DiskImage first() {
    return new DiskImage(sizeBytes, sizeBytes / 2, seed);
  }

  /// Makes `memory`, which has state `number` - 1, what it is in state `number`.
  public void advance(BlockDevice memory, int number) throws IOException {
    Numbers numbers = new Numbers(seed * 1_000_003 + number);
    List<Range> used = first().files();
    for (long i = pages(TOUCHED_SHARE); i > 0; i--) {
      touch(memory, page(used, numbers), numbers);
    }
    List<Range> fresh = new ArrayList<>();
    for (long i = pages(NEW_SHARE); i > 0; i--) {
      fresh.add(new Range(page(used, numbers), PAGE));
    }
    DiskImage.fill(memory, Range.merged(fresh), numbers.next());
    for (long i = pages(ZEROED_SHARE); i > 0; i--) {
      memory.write(page(used, numbers), ByteBuffer.allocate(PAGE));
    }
    for (long i = pages(COPIED_SHARE); i > 0; i--) {
      ByteBuffer copied = ByteBuffer.allocate(PAGE);
      memory.read(page(used, numbers), copied);
      memory.write(page(used, numbers), copied.flip());
    }
  }

  private long pages(double share) {
    long used = sizeBytes / 2 / PAGE;
    return Math.max(1, (long) (used * share));
  }

  /// A used page: of any run alike, so that small runs change more, as a guest's data does beside
  /// its cached files.
  private static long page(List<Range> used, Numbers numbers) {
    Range run = used.get(numbers.below(used.size()));
    return run.offset() + (long) numbers.below((int) (run.length() / PAGE)) * PAGE;
  }

  private static void touch(BlockDevice memory, long page, Numbers numbers) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(PAGE);
    memory.read(page, bytes);
    for (int words = 1 + numbers.below(MAX_WORDS); words > 0; words--) {
      bytes.putLong(numbers.below(PAGE / Long.BYTES) * Long.BYTES, numbers.next() >>> 24);
    }
    memory.write(page, bytes.flip());
  }
}
