package io.landfall.transfer.swarm;

import io.landfall.snapshot.device.Range;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// An image in pieces: what one host gives another at a time.
final class Pieces {
  /// A multiple of every chunk size.
  static final int BYTES = 4 << 20;

  private Pieces() {}

  static int count(long sizeBytes) {
    return Math.toIntExact(Math.ceilDiv(sizeBytes, BYTES));
  }

  static Range range(int piece, long sizeBytes) {
    long start = (long) piece * BYTES;
    return Range.between(start, Math.min(start + BYTES, sizeBytes));
  }

  /// The pieces that have a byte of any of the ranges.
  static BitSet touching(List<Range> ranges) {
    BitSet pieces = new BitSet();
    for (Range range : ranges) {
      pieces.set((int) (range.offset() / BYTES), (int) Math.ceilDiv(range.end(), BYTES));
    }
    return pieces;
  }

  /// What of `ranges`, which are in order and apart, lies within `bounds`.
  static List<Range> within(Range bounds, List<Range> ranges) {
    List<Range> parts = new ArrayList<>();
    for (int i = firstEndingAfter(bounds.offset(), ranges); i < ranges.size(); i++) {
      Range range = ranges.get(i);
      if (range.offset() >= bounds.end()) {
        break;
      }
      parts.add(
          Range.between(
              Math.max(range.offset(), bounds.offset()), Math.min(range.end(), bounds.end())));
    }
    return parts;
  }

  private static int firstEndingAfter(long offset, List<Range> ranges) {
    int low = 0;
    int high = ranges.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ranges.get(middle).end() > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
