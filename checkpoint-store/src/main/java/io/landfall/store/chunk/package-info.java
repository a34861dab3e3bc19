/// The chunk store: encoded chunks in append-only pack files, written once.
///
/// Knows bytes and names; knows nothing of disks, checkpoints or peers. Packs are self-describing:
/// the index can be rebuilt from them.
///
/// May import: `store.io`, `protocol.content`. Imported by: `store.checkpoint`, `store.verify`.
package io.landfall.store.chunk;
