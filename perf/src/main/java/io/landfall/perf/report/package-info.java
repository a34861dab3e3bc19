/// What a bench says in the end: JSON for programs, Markdown and a page with plots for people, all
/// with the machine, versions, seeds and spread, since a figure without them is none.
///
/// May import: `contest`, `micro`, `measure`, `bench`. Imported by: `cli`.
package io.landfall.perf.report;
