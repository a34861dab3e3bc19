/// Checkpoints: begin, ingest disks and memory, commit or leave no trace; the catalog; a device
/// that reads one lazily.
///
/// Order on disk: chunks durable in packs, then the checkpoint record renamed into place (the only
/// commit point), then the index. Readers go the other way. `FORMAT.md` beside this module's pom
/// has every byte and the whole write order.
///
/// May import: `store.chunk`, `store.index`, `store.chunking`, `store.seal`, `store.io`,
/// `protocol.content`, `snapshot.device`.
package io.landfall.store.checkpoint;
