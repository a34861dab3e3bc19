/// What a user would pick instead, run as its manual says is best for the job.
///
/// May import: `contest`, `rig`. Imported by: `bench`.
package io.landfall.perf.compare;
