package io.landfall.store.checkpoint;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import java.util.List;
import java.util.Optional;

/// What is known of a device's content before it is read.
///
/// @param parent the content that the device had, or empty if nothing is known
/// @param changed where it may differ from `parent`; everywhere else it is not read
public record Baseline(Optional<Manifest> parent, List<Range> changed) {
  private static final Baseline NONE = new Baseline(Optional.empty(), List.of());

  /// Copies the list.
  public Baseline {
    changed = List.copyOf(changed);
  }

  /// A device that differs from `parent` at most in `changed`.
  public Baseline(Manifest parent, List<Range> changed) {
    this(Optional.of(parent), changed);
  }

  /// Nothing is known: everything that holds data is read.
  public static Baseline none() {
    return NONE;
  }
}
