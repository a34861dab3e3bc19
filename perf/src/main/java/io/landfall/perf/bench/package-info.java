/// The benches: which jobs, on which data, by whom.
///
/// May import: all other rooms of `perf` but `cli`. Imported by: `cli`.
package io.landfall.perf.bench;
