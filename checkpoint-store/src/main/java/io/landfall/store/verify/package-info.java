/// Finds every byte of a store that is not what it was, and says which job, checkpoint, disk and
/// guest range it belongs to.
///
/// May import: `store.checkpoint`, `store.chunk`, `store.index`. Imported by: `store.cli`.
package io.landfall.store.verify;
