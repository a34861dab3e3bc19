/// A disk that remembers: a base that is never written, a stack of frozen points in time, and a
/// writable layer on top.
///
/// May import: `snapshot.device`, `snapshot.format`, `snapshot.overlay`. Imported by:
/// `transfer.lifecycle`. Order on disk: a layer is durable before the list of layers names it, and
/// out of the list before it is deleted.
package io.landfall.snapshot.disk;
