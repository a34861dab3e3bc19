/// Landing: a `.part` file and its journal of durable ranges, sealing, fsync, rename; and the cache
/// of landed images.
///
/// A landed image is complete or absent. Only ranges that the journal names are believed after a
/// crash.
///
/// May import: `transfer.session`, `store.chunking`, `protocol.content`, `snapshot.device`.
/// Imported by: `transfer.client`.
package io.landfall.transfer.landing;
