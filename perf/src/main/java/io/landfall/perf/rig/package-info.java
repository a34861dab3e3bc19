/// Where things are run so that their figures can be compared: a network of its own with one
/// congestion control for all, a share of the processors that others cannot take, and the programs
/// of others.
///
/// What needs root and has none is left out, and the rig says so. May import: `measure`. Imported
/// by: `worker`, `contest`, `compare`.
package io.landfall.perf.rig;
