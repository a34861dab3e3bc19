/// Measures Landfall, beside what a user would pick instead. `METHOD.md` beside this module's pom
/// says how to read a figure.
///
/// May import: everything. Imported by: nothing.
package io.landfall.perf;
