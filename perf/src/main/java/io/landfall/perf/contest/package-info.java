/// The rules of a contest: the same jobs on the same data in the same run, contender after
/// contender, round after round, every result compared with what it must be.
///
/// May import: `measure`, `rig`, `image`. Imported by: `compare`, `bench`, `report`.
package io.landfall.perf.contest;
