package io.landfall.transfer.landing;

import io.landfall.snapshot.device.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A set of bytes as runs that do not touch. Not thread-safe.
final class RangeSet {
  private final NavigableMap<Long, Long> runs = new TreeMap<>(); // start to end
  private long bytes;

  static RangeSet of(Iterable<Range> ranges) {
    RangeSet set = new RangeSet();
    ranges.forEach(set::add);
    return set;
  }

  void add(Range range) {
    if (range.isEmpty()) {
      return;
    }
    long start = range.offset();
    long end = range.end();
    Map.Entry<Long, Long> before = runs.floorEntry(start);
    if (before != null && before.getValue() >= start) {
      start = before.getKey();
    }
    Map.Entry<Long, Long> run = runs.ceilingEntry(start);
    while (run != null && run.getKey() <= end) {
      end = Math.max(end, run.getValue());
      bytes -= run.getValue() - run.getKey();
      runs.remove(run.getKey());
      run = runs.ceilingEntry(start);
    }
    runs.put(start, end);
    bytes += end - start;
  }

  void remove(Range range) {
    if (range.isEmpty()) {
      return;
    }
    Map.Entry<Long, Long> run = runs.lowerEntry(range.end());
    while (run != null && run.getValue() > range.offset()) {
      long start = run.getKey();
      long end = run.getValue();
      runs.remove(start);
      bytes -= end - start;
      put(start, Math.min(end, range.offset()));
      put(Math.max(start, range.end()), end);
      run = runs.lowerEntry(range.end());
    }
  }

  private void put(long start, long end) {
    if (start < end) {
      runs.put(start, end);
      bytes += end - start;
    }
  }

  /// What this has and `other` has not.
  RangeSet minus(RangeSet other) {
    RangeSet left = of(ranges());
    other.ranges().forEach(left::remove);
    return left;
  }

  /// What both have.
  RangeSet intersect(RangeSet other) {
    return minus(minus(other));
  }

  /// How many bytes of `[from, to)` it has.
  long overlap(long from, long to) {
    long sum = 0;
    Map.Entry<Long, Long> run = runs.floorEntry(from);
    if (run == null) {
      run = runs.ceilingEntry(from);
    }
    while (run != null && run.getKey() < to) {
      sum += Math.max(0, Math.min(to, run.getValue()) - Math.max(from, run.getKey()));
      run = runs.higherEntry(run.getKey());
    }
    return sum;
  }

  /// Takes up to `limit` bytes from the front, of one run; null if the set is empty.
  Range takeFirst(long limit) {
    Map.Entry<Long, Long> first = runs.firstEntry();
    if (first == null) {
      return null;
    }
    Range taken = Range.between(first.getKey(), Math.min(first.getValue(), first.getKey() + limit));
    remove(taken);
    return taken;
  }

  /// Takes up to `limit` bytes from the front, of as many runs as that takes.
  RangeSet takeFront(long limit) {
    RangeSet front = new RangeSet();
    while (front.bytes < limit && !isEmpty()) {
      front.add(takeFirst(limit - front.bytes));
    }
    return front;
  }

  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  List<Range> ranges() {
    List<Range> ranges = new ArrayList<>(runs.size());
    runs.forEach((start, end) -> ranges.add(Range.between(start, end)));
    return ranges;
  }
}
