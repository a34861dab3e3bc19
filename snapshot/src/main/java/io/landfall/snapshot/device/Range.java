package io.landfall.snapshot.device;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A half-open run of bytes `[offset, offset + length)`; may be empty.
///
/// @param offset bytes from the start, at least 0
/// @param length bytes, at least 0
public record Range(long offset, long length) {

  public Range {
    if (offset < 0 || length < 0 || offset + length < 0) {
      throw new IllegalArgumentException("range: offset " + offset + ", length " + length);
    }
  }

  /// The range `[start, end)`.
  public static Range between(long start, long end) {
    return new Range(start, end - start);
  }

  /// The first byte behind the range.
  public long end() {
    return offset + length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  /// What both have; empty, at the later start, if nothing.
  public Range intersect(Range other) {
    long start = Math.max(offset, other.offset);
    return between(start, Math.max(start, Math.min(end(), other.end())));
  }

  public boolean contains(Range other) {
    return other.offset >= offset && other.end() <= end();
  }

  /// Whether the two share a byte.
  public boolean overlaps(Range other) {
    return offset < other.end() && other.offset < end() && !isEmpty() && !other.isEmpty();
  }

  /// The smallest range of whole blocks that covers this one, cut at `limit`.
  public Range alignedOut(long blockBytes, long limit) {
    long start = offset - offset % blockBytes;
    return between(
        start, Math.max(start, Math.min(limit, Math.ceilDiv(end(), blockBytes) * blockBytes)));
  }

  /// The same bytes as few ranges: in order, apart from each other, none empty.
  public static List<Range> merged(List<Range> ranges) {
    List<Range> merged = new ArrayList<>();
    ranges.stream()
        .filter(range -> !range.isEmpty())
        .sorted(Comparator.comparingLong(Range::offset))
        .forEach(range -> appendMerging(merged, range));
    return List.copyOf(merged);
  }

  private static void appendMerging(List<Range> merged, Range next) {
    if (!merged.isEmpty() && merged.getLast().end() >= next.offset) {
      Range last = merged.removeLast();
      merged.add(between(last.offset, Math.max(last.end(), next.end())));
    } else {
      merged.add(next);
    }
  }
}
