/// The agent: configuration, submit and execute roles, the job's way through landing, run, evict,
/// resume and return.
///
/// May import: everything else in `transfer` but `cli` and `demo`. Imported by: `transfer.cli`,
/// `transfer.demo`.
package io.landfall.transfer.daemon;
