/// Image formats: decides once what a file is, opens it as a block device, writes the formats that
/// users want back.
///
/// Nothing that an image names (backing file, data file, extent) is ever opened here; names found
/// in an image are labels. A format is decided at the door and carried as metadata from then on,
/// never guessed again: a guest can write any header it likes into its own disk. `FORMATS.md`
/// beside this module's pom says what is read, written and refused.
///
/// May import: `snapshot.device`. Imported by: `store.cli`, `transfer`.
package io.landfall.snapshot.format;
