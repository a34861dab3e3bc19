package io.landfall.store.gc;

import java.util.Arrays;

/// Offsets of the live records of one pack: 4 bytes each, sorted when asked.
///
/// One thread.
final class LiveOffsets {
  private int[] offsets = new int[16];
  private int size;
  private boolean sorted = true;

  void add(long offset) {
    if (size == offsets.length) {
      sort();
      if (size > offsets.length / 2) {
        offsets = Arrays.copyOf(offsets, offsets.length * 2);
      }
    }
    offsets[size++] = Math.toIntExact(offset);
    sorted = false;
  }

  boolean contains(long offset) {
    sort();
    return Arrays.binarySearch(offsets, 0, size, Math.toIntExact(offset)) >= 0;
  }

  private void sort() {
    if (!sorted) {
      Arrays.sort(offsets, 0, size);
      size = (int) Arrays.stream(offsets, 0, size).distinct().count() == size ? size : unique();
      sorted = true;
    }
  }

  private int unique() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (kept == 0 || offsets[i] != offsets[kept - 1]) {
        offsets[kept++] = offsets[i];
      }
    }
    return kept;
  }
}
