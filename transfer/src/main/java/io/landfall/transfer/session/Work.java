package io.landfall.transfer.session;

import io.landfall.snapshot.device.Range;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// What is still to be asked for, shared by lanes: each takes a unit, cuts wants from its head, and
/// when there are no more units takes the tail half of the longest that another lane has left.
final class Work {
  private final Iterator<Range> ranges;
  private final long unitBytes;
  private final int wantBytes;
  private final Map<Integer, Range> units = new HashMap<>();
  private final Deque<Range> returned = new ArrayDeque<>();
  private Range current; // the rest of a range that is being cut into units

  Work(List<Range> ranges, PullSettings settings) {
    this.ranges = ranges.iterator();
    this.unitBytes = settings.unitBytes();
    this.wantBytes = settings.wantBytes();
  }

  /// What the lane should want next, or null if there is nothing left to ask for.
  Range take(int lane) {
    Range unit = units.remove(lane);
    if (unit == null) {
      unit = nextUnit();
    }
    if (unit == null) {
      return null;
    }
    // Cut at multiples of the want's size, so that wants and chunks stay in step.
    long cut = Math.min(unit.end(), (unit.offset() / wantBytes + 1) * wantBytes);
    if (cut < unit.end()) {
      units.put(lane, Range.between(cut, unit.end()));
    }
    return Range.between(unit.offset(), cut);
  }

  /// Puts back what was taken and did not come.
  void giveBack(Range range) {
    if (!range.isEmpty()) {
      returned.addLast(range);
    }
  }

  /// Puts back what the lane had not asked for yet.
  void closeLane(int lane) {
    Range unit = units.remove(lane);
    if (unit != null) {
      returned.addLast(unit);
    }
  }

  private Range nextUnit() {
    if (!returned.isEmpty()) {
      return returned.removeFirst();
    }
    if (current == null && ranges.hasNext()) {
      current = ranges.next();
    }
    return current == null ? stolen() : cutUnit();
  }

  private Range cutUnit() {
    long cut = Math.min(current.end(), (current.offset() / unitBytes + 1) * unitBytes);
    Range unit = Range.between(current.offset(), cut);
    current = cut < current.end() ? Range.between(cut, current.end()) : null;
    return unit;
  }

  private Range stolen() {
    Map.Entry<Integer, Range> longest = null;
    for (Map.Entry<Integer, Range> entry : units.entrySet()) {
      if (longest == null || entry.getValue().length() > longest.getValue().length()) {
        longest = entry;
      }
    }
    if (longest == null) {
      return null;
    }
    Range unit = longest.getValue();
    long middle = (unit.offset() + unit.length() / 2) / wantBytes * wantBytes;
    if (middle <= unit.offset()) {
      units.remove(longest.getKey());
      return unit;
    }
    longest.setValue(Range.between(unit.offset(), middle));
    return Range.between(middle, unit.end());
  }
}
