/// The chunk store: encoded chunks in append-only pack files, written once.
///
/// Knows bytes and names; knows nothing of disks, checkpoints or peers. Packs are self-describing:
/// an index can be rebuilt from them, and a reader without one
/// ([io.landfall.store.chunk.PackTables]) finds every chunk through the tables at their ends.
///
/// Order on disk: records durable in their pack, then index rows. So every row of the index points
/// at bytes that survive a power cut; what is written but not yet durable is known to
/// [io.landfall.store.chunk.ChunkStore] alone, and whoever relies on it makes it durable first
/// ([io.landfall.store.chunk.ChunkSession#barrier]).
///
/// May import: `store.io`, `store.seal`, `protocol.content`. Imported by: `store.index`,
/// `store.checkpoint`, `store.verify`. Threads: all classes may be used from any thread unless they
/// say otherwise.
package io.landfall.store.chunk;
