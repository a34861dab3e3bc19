package io.landfall.perf.worker;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a layer holds.
final class Overlays {
  private static final int EXTENTS_A_CALL = 1024;

  private Overlays() {}

  /// The ranges that `layer` does not leave to its base.
  static List<Range> changedRanges(BlockDevice layer) throws IOException {
    List<Range> changed = new ArrayList<>();
    long at = 0;
    while (at < layer.sizeBytes()) {
      for (Extent extent : layer.extents(at, layer.sizeBytes() - at, EXTENTS_A_CALL)) {
        if (extent.kind() != Extent.Kind.HOLE) {
          changed.add(new Range(extent.offset(), extent.length()));
        }
        at = extent.end();
      }
    }
    return changed;
  }
}
