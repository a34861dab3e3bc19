/// The qcow2 format of QEMU: reading one layer, making an empty overlay, writing an image in one
/// sequential pass.
///
/// Nothing is ever changed in place: QEMU owns the overlays that it writes, and what is exported is
/// new. A reader checks the whole mapping once when it opens, so that afterwards no pointer leads
/// outside the file, into the image's own tables or to a cluster that has another owner.
///
/// May import: `snapshot.device`, `snapshot.format.file`. Imported by: `snapshot.format`,
/// `transfer`.
package io.landfall.snapshot.format.qcow2;
