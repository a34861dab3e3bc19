package io.landfall.snapshot.format.vmdk;

import java.util.Arrays;

/// Which sectors of an extent are header, descriptor, directories and tables, so that no grain is
/// one of them. Sorted starts and ends; a few hundred thousand at most. One thread.
final class TableRegions {
  private long[] starts = new long[16];
  private long[] ends = new long[16];
  private int count;

  /// Adds `[start, end)`; empty ones are nothing.
  void add(long start, long end) {
    if (start == end) {
      return;
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, count * 2);
      ends = Arrays.copyOf(ends, count * 2);
    }
    starts[count] = start;
    ends[count++] = end;
  }

  /// Makes it ready for questions.
  ///
  /// @return whether no two regions overlap
  boolean sort() {
    long[] sortedStarts = Arrays.copyOf(starts, count);
    long[] sortedEnds = Arrays.copyOf(ends, count);
    // Regions that do not overlap have their ends in the order of their starts.
    Arrays.sort(sortedStarts);
    Arrays.sort(sortedEnds);
    starts = sortedStarts;
    ends = sortedEnds;
    for (int i = 1; i < count; i++) {
      if (starts[i] < ends[i - 1]) {
        return false;
      }
    }
    return true;
  }

  /// Whether `[start, end)` shares a sector with a region.
  boolean overlaps(long start, long end) {
    int at = Arrays.binarySearch(starts, end - 1);
    int last = at >= 0 ? at : -at - 2;
    return last >= 0 && ends[last] > start;
  }
}
