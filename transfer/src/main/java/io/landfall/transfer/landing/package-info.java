/// Landing: a `.part` file and its journal of durable ranges, sealing, fsync, rename; and the cache
/// of landed images.
///
/// [io.landfall.transfer.landing.LazyLanding] lets an image be read before it has arrived, from the
/// same part file, and lands it meanwhile.
///
/// A landed image is complete or absent. Order: data durable, then journaled; all chunks hashed and
/// equal to the source's manifest, then named. Only ranges that the journal names are believed
/// after a crash.
///
/// May import: `transfer.client`, `transfer.session`, `store.chunking`, `protocol.content`,
/// `protocol.error`, `snapshot.device`. Imported by: `transfer.swarm`, `transfer.lifecycle`,
/// `transfer.daemon`, `transfer.cli`. Threads: a landing is one call on one thread, with workers of
/// its own for hashing and for making data durable.
package io.landfall.transfer.landing;
