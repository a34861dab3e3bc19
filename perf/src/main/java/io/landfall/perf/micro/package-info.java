/// Micro benchmarks of the paths that every byte takes, by JMH: zero test, hash, encode, decode,
/// manifest, frames.
///
/// May import: `protocol`, `measure`, `image`. Imported by: `bench`, `cli`.
package io.landfall.perf.micro;
