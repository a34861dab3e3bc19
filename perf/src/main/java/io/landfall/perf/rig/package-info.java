/// Where things are run so that their figures can be compared: hosts in network namespaces of their
/// own with one congestion control for all, links of a rate and a delay between them, a share of
/// the processors that others cannot take, and the programs of others.
///
/// What needs root and has none is left out, and the rig says so; a link that was asked for is
/// never left out. May import: `measure`. Imported by: `worker`, `contest`, `compare`, `bench`.
package io.landfall.perf.rig;
