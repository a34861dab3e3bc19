package io.landfall.transfer.lifecycle;

import io.landfall.snapshot.device.Range;
import java.time.Duration;
import java.util.List;

/// Disks and memory of a running VM as of one moment; see [Vm#freeze].
///
/// @param saved memory, device state and machine, as of a saved VM; the memory's file is not
///   durable
/// @param changed ranges of memory that differ from what was frozen before, or may; all of it the
///   first time
/// @param pause how long the guest stood still
public record FrozenState(SavedState saved, List<Range> changed, Duration pause) {

  /// Copies the list.
  public FrozenState {
    changed = List.copyOf(changed);
  }
}
