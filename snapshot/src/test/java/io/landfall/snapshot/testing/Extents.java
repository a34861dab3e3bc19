package io.landfall.snapshot.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// Checks of what a device says about its extents.
public final class Extents {
  private Extents() {}

  /// In order, without gaps, neighbours of different kinds, and zero where they say so.
  public static void requireTrue(BlockDevice device, byte[] expected, int offset, int length)
      throws IOException {
    List<Extent> extents = device.extents(offset, length, Integer.MAX_VALUE);
    long at = offset;
    Extent.Kind before = null;
    for (Extent extent : extents) {
      assertThat(extent.offset()).as("no gap").isEqualTo(at);
      assertThat(extent.kind()).as("merged").isNotEqualTo(before);
      if (extent.kind() != Extent.Kind.DATA) {
        assertThat(Arrays.copyOfRange(expected, (int) extent.offset(), (int) extent.end()))
            .as("%s reads as zeros", extent)
            .containsOnly(0);
      }
      at = extent.end();
      before = extent.kind();
    }
    assertThat(at).isEqualTo(offset + length);
  }

  /// Everything that `device` says about itself.
  public static List<Extent> of(BlockDevice device) throws IOException {
    return device.extents(0, device.sizeBytes(), Integer.MAX_VALUE);
  }
}
