package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;

/// A local image whose chunks may be copied instead of pulled. Only lent to a landing. A seed that
/// is not what its manifest says does no harm: what it gave is noticed and pulled instead.
///
/// @param manifest names its chunks
/// @param device holds them
public record Seed(Manifest manifest, BlockDevice device) {}
