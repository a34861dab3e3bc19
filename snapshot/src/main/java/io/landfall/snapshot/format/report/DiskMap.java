package io.landfall.snapshot.format.report;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.device.ExtentCollector;
import java.io.IOException;
import java.util.List;

/// What lies where on a disk.
///
/// @param sizeBytes of the disk
/// @param extents all of it, in order
public record DiskMap(long sizeBytes, List<Extent> extents) {
  private static final int EXTENTS_PER_STEP = 4096;

  /// More than anybody reads; a disk in more pieces is refused.
  private static final int MAX_EXTENTS = 4 << 20;

  public DiskMap {
    extents = List.copyOf(extents);
  }

  /// Asks a device for all of its extents.
  public static DiskMap of(BlockDevice device) throws IOException {
    long size = device.sizeBytes();
    ExtentCollector all = new ExtentCollector(0, size, MAX_EXTENTS, size);
    while (all.wantsMore()) {
      for (Extent extent : device.extents(all.position(), all.remaining(), EXTENTS_PER_STEP)) {
        all.add(extent.kind(), extent.length());
      }
    }
    if (all.position() < size) {
      throw new IOException(device + ": is in more than " + MAX_EXTENTS + " pieces");
    }
    return new DiskMap(size, all.toList());
  }

  /// Bytes of one kind.
  public long bytes(Kind kind) {
    return extents.stream().filter(e -> e.kind() == kind).mapToLong(Extent::length).sum();
  }
}
