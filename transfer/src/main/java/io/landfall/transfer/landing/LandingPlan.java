package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import java.io.IOException;

/// What lies where in the source, as sets of ranges.
///
/// @param data must be pulled, unless it is here
/// @param base is the same as the base
record LandingPlan(RangeSet data, RangeSet base) {
  private static final int EXTENTS_AT_ONCE = 4096;

  /// Zero extents shorter than this between data are pulled with it: the source sends no zeros
  /// anyway, and the map of a badly fragmented image stays small.
  private static final long SMALL_GAP_BYTES = 64 << 10;

  /// All of the image that is not known to be zero.
  RangeSet everything() {
    RangeSet all = RangeSet.of(data.ranges());
    base.ranges().forEach(all::add);
    return all;
  }

  /// What of an image is data, as its chunk names tell.
  static RangeSet dataOf(Manifest image) {
    RangeSet data = new RangeSet();
    for (long chunk = 0; chunk < image.chunkCount(); chunk++) {
      if (!image.chunk(chunk).isZero()) {
        long start = chunk * image.chunkSizeBytes();
        data.add(Range.between(start, Math.min(start + image.chunkSizeBytes(), image.sizeBytes())));
      }
    }
    return data;
  }

  /// Asks the source.
  static LandingPlan of(RemoteImage source) throws IOException {
    RangeSet data = new RangeSet();
    RangeSet base = new RangeSet();
    long size = source.sizeBytes();
    long at = 0;
    long lastData = -1;
    while (at < size) {
      for (Extent extent : source.extents(at, size - at, EXTENTS_AT_ONCE)) {
        Range range = new Range(extent.offset(), extent.length());
        switch (extent.kind()) {
          case DATA -> {
            boolean small = lastData >= 0 && extent.offset() - lastData < SMALL_GAP_BYTES;
            data.add(small ? Range.between(lastData, extent.end()) : range);
            lastData = extent.end();
          }
          case HOLE -> {
            base.add(range);
            lastData = -1;
          }
          case ZERO -> {}
        }
        at = extent.end();
      }
    }
    return new LandingPlan(data, base);
  }
}
