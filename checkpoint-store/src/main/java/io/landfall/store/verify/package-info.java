/// Finds every byte of a store that is not what it was, and says which job, checkpoint, disk and
/// guest range it belongs to.
///
/// Reads the files themselves and believes no index; runs beside the daemon or with it dead.
///
/// May import: `store.checkpoint`, `store.export`, `store.chunk`, `store.index`, `store.seal`,
/// `store.io`, `snapshot.device`, `protocol.content`. Imported by: `store.cli`.
package io.landfall.store.verify;
