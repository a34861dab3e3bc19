/// Images to measure with: laid out and compressible like a system disk, the same bytes for the
/// same seed on every machine, and next versions of them with a known part changed.
///
/// Random bytes would flatter whoever does not compress, zeros whoever does, and a disk of one
/// extent whoever cannot keep holes. May import: `snapshot.device`. Imported by: `contest`,
/// `bench`, `micro`.
package io.landfall.perf.image;
