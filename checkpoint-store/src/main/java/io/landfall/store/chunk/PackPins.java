package io.landfall.store.chunk;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Which packs ingests rely on, and which garbage collection is emptying: no pack is ever both.
///
/// A pin that ends while a collection runs counts until that collection ends: what the ingest has
/// committed may be missing from the collection's marks, which are older. So no clock is needed.
///
/// Any thread.
final class PackPins {
  // guarded by this
  private final Map<Long, Integer> pins = new HashMap<>();
  private final Set<Long> endedMeanwhile = new HashSet<>();
  private final Set<Long> retired = new HashSet<>();
  private boolean collecting;

  /// Pins `pack` and adds it to `own`, unless it is retired.
  synchronized boolean pin(long pack, Set<Long> own) {
    if (retired.contains(pack)) {
      return false;
    }
    if (own.add(pack)) {
      pins.merge(pack, 1, Integer::sum);
    }
    return true;
  }

  synchronized void release(Set<Long> own) {
    for (long pack : own) {
      pins.computeIfPresent(pack, (_, count) -> count == 1 ? null : count - 1);
    }
    if (collecting) {
      endedMeanwhile.addAll(own);
    }
  }

  synchronized void startCollecting() {
    if (collecting) {
      throw new IllegalStateException("a garbage collection is running");
    }
    collecting = true;
  }

  synchronized void endCollecting() {
    collecting = false;
    endedMeanwhile.clear();
  }

  /// Makes every look-up of an ingest miss what is in `pack`, unless one relies on it.
  synchronized boolean retire(long pack) {
    return !pins.containsKey(pack) && !endedMeanwhile.contains(pack) && retired.add(pack);
  }

  /// Takes a retirement back: the pack stays.
  synchronized void keep(long pack) {
    retired.remove(pack);
  }
}
