/// Encryption at rest: the key in its file, the names that chunks have on disk, and the sealing of
/// records.
///
/// Knows chunks and bytes; knows nothing of packs or checkpoints. `FORMAT.md` says what is hidden
/// by it and what is not.
///
/// May import: `protocol.content`. Imported by: `store.chunk`, `store.checkpoint`, `store.verify`,
/// `store.cli` and whoever configures a store. Threads: every method may be called from any thread.
package io.landfall.store.seal;
