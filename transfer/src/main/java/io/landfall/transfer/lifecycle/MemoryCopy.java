package io.landfall.transfer.lifecycle;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// A second file with a guest's memory, brought up to date by comparing the two and copying the
/// pages that differ.
///
/// That is how a guest's memory is frozen with a short pause and without any help from a hypervisor
/// or a kernel: once beside the running guest, which takes what changed since the last time, and
/// once while it stands still, which finds the little that changed since then. Comparing goes at
/// the speed of memory, so the pause grows with what the guest has ever used, not with what it
/// changed; perf's `RESULTS.md` has figures.
public final class MemoryCopy {
  private static final int PAGE_BYTES = 4096;

  /// A unit of work for one processor.
  private static final long SLICE_BYTES = 8 << 20;

  private static final int EXTENTS = 1024;

  private MemoryCopy() {}

  /// Makes `copy` the same as `memory` is, page by page as each is looked at.
  ///
  /// @return the ranges that were copied, in order; everything if there was no copy yet
  public static List<Range> update(Path memory, Path copy) throws IOException {
    long size = Files.size(memory);
    boolean first = Files.notExists(copy) || Files.size(copy) != size;
    if (first) {
      Files.deleteIfExists(copy);
      RawFile.create(copy, size).close();
    }
    try (FileChannel from = FileChannel.open(memory, StandardOpenOption.READ);
        FileChannel to = FileChannel.open(copy, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofShared()) {
      MemorySegment source = from.map(MapMode.READ_ONLY, 0, size, arena);
      MemorySegment target = to.map(MapMode.READ_WRITE, 0, size, arena);
      List<List<Range>> changed =
          slices(memory).parallelStream().map(slice -> update(source, target, slice)).toList();
      return first ? List.of(new Range(0, size)) : joined(changed);
    }
  }

  /// Where the guest has ever written. A page of memory never becomes a hole again, so what is a
  /// hole in the memory is one in the copy.
  private static List<Range> slices(Path memory) throws IOException {
    List<Range> slices = new ArrayList<>();
    try (RawFile file = RawFile.open(memory)) {
      for (long at = 0; at < file.sizeBytes(); ) {
        for (Extent extent : file.extents(at, file.sizeBytes() - at, EXTENTS)) {
          if (extent.kind() == Extent.Kind.DATA) {
            split(extent, slices);
          }
          at = extent.end();
        }
      }
    }
    return slices;
  }

  private static void split(Extent extent, List<Range> slices) {
    for (long at = extent.offset(); at < extent.end(); at += SLICE_BYTES) {
      slices.add(new Range(at, Math.min(SLICE_BYTES, extent.end() - at)));
    }
  }

  private static List<Range> update(MemorySegment source, MemorySegment target, Range slice) {
    List<Range> changed = new ArrayList<>();
    long end = slice.offset() + slice.length();
    for (long at = slice.offset(); at < end; ) {
      long different = MemorySegment.mismatch(source, at, end, target, at, end);
      if (different < 0) {
        break;
      }
      long page = (at + different) / PAGE_BYTES * PAGE_BYTES;
      long length = Math.min(PAGE_BYTES, source.byteSize() - page);
      MemorySegment.copy(source, page, target, page, length);
      changed.add(new Range(page, length));
      at = page + length;
    }
    return changed;
  }

  private static List<Range> joined(List<List<Range>> parts) {
    List<Range> joined = new ArrayList<>();
    for (List<Range> part : parts) {
      for (Range range : part) {
        Range last = joined.isEmpty() ? null : joined.getLast();
        if (last != null && last.offset() + last.length() == range.offset()) {
          joined.set(joined.size() - 1, new Range(last.offset(), last.length() + range.length()));
        } else {
          joined.add(range);
        }
      }
    }
    return joined;
  }
}
