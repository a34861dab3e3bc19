/// Garbage collection: finds what no checkpoint needs, prints the plan, then acts, beside ingests
/// and readers.
///
/// Reachability from the records is computed anew each time; there are no reference counts and no
/// clocks. A pack that an ingest relies on is left alone, also if the ingest ended after the
/// marking began; readers find a moved chunk by looking again.
///
/// May import: `store.checkpoint`, `store.chunk`, `store.io`, `snapshot.device`,
/// `protocol.content`. Imported by: `store.cli`, `transfer`.
package io.landfall.store.gc;
