/// The index: where each chunk lies. RocksDB behind one gate; always rebuildable from packs and
/// records, so it is never truth.
///
/// The only room that sees RocksDB. `openReadOnly` is banned: on a live store it destroys data or
/// lies.
///
/// May import: `store.chunk`, `store.io`, `protocol.content`. Imported by: `store.checkpoint`,
/// `store.verify`.
package io.landfall.store.index;
