/// The agent: configuration, submit and execute roles, the job's way through landing, run, evict,
/// resume and return.
///
/// A claim's disks lie in the image cache, or are still on their way there while its machine runs:
/// then the claim serves them to it over NBD (`ClaimArrivals`).
///
/// May import: everything else in `transfer` but `cli` and `demo`. Imported by: `transfer.cli`,
/// `transfer.demo`.
package io.landfall.transfer.daemon;
