/// What a figure is made of: wall time, processor time of everything that was started, bytes on the
/// wire, what others did meanwhile; and the median of several of them.
///
/// Reads `/proc`; knows nothing of what is measured. May import: nothing. Imported by: `rig`,
/// `contest`, `worker`, `report`.
package io.landfall.perf.measure;
