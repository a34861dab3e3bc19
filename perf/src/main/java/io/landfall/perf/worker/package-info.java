/// Landfall's own side of a contest: a process of its own for each side, with the options of an
/// agent, that does what it is told on its standard input.
///
/// A process, so that the processor time of each side can be told, and so that it runs in the rig's
/// network. It lives through all rounds, as an agent does. May import: everything below `perf`, and
/// `image`, `measure`, `rig`. Imported by: `contest`, `bench`.
package io.landfall.perf.worker;
