/// Landing: a `.part` file and its journal of durable ranges, sealing, fsync, rename; and the cache
/// of landed images.
///
/// [io.landfall.transfer.landing.LazyLanding] lets an image be read before it has arrived, from the
/// same part file, and lands it meanwhile.
///
/// Pages of changed chunks are asked for only where the link is slow enough that it pays
/// ([io.landfall.transfer.landing.PageTrial]). Of an image larger than half of the machine's memory
/// nothing is left in the kernel's cache that is durable
/// ([io.landfall.transfer.landing.DropBehind]); what its source reads of it is.
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
