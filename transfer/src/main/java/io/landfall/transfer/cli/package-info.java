/// The command line: `landfall …`. A command parses, calls one library method that returns a
/// record, prints it as text or `--json`, and maps it to an exit code.
///
/// May import: everything in `transfer`, and `store.cli`. Imported by: nothing.
package io.landfall.transfer.cli;
