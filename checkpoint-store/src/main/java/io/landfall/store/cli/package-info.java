/// The inspection CLI, `landfall checkpoint …`: works on the store's files with the daemon dead,
/// and opens no socket.
///
/// A command parses, calls one library method that returns a record, prints it as text or `--json`,
/// and maps it to an exit code: 0 done, 1 failed, 2 usage, 3 damage found, 4 not found, 5 held.
///
/// May import: the rooms of the store, and `snapshot` for writing restored images.
package io.landfall.store.cli;
