/// `landfall bench`, found by the command line through [java.util.ServiceLoader].
///
/// May import: `bench`, `contest`, `report`, `measure`, `worker`. Imported by: nothing.
package io.landfall.perf.cli;
