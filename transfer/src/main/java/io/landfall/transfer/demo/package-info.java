/// `landfall demo`: the whole way of a VM job on one machine, with separate processes, checked to
/// the byte at the end.
///
/// Makes the guest's disk image and the submit description file too, for tests and benchmarks.
///
/// May import: any room of `transfer` but `cli`, and the modules below. Imported by:
/// `transfer.cli`, `perf`.
package io.landfall.transfer.demo;
