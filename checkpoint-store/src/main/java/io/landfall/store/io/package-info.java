/// Durable files: create, force, rename, sync the directory; and the seam where tests inject
/// faults.
///
/// Everything the store promises about power cuts is made of the few operations of
/// [io.landfall.store.io.FileLayer]. A full disk is told apart from every other failure.
///
/// May import: nothing of ours. Imported by: every room of the store that writes a file.
package io.landfall.store.io;
