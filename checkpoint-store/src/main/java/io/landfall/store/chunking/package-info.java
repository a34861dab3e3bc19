/// Disk to chunks: walks a block device in fixed, aligned steps, skips holes and zeros, and names
/// what is left.
///
/// The one place that needs both a device and a chunk id, which is why neither leaf module knows
/// the other.
///
/// May import: `store.io`, `snapshot.device`, `protocol.content`. Imported by: `store.checkpoint`,
/// `transfer`.
package io.landfall.store.chunking;
