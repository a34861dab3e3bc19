/// VMware's disk format: a text descriptor and the extents that it lists, which may be one file.
///
/// A descriptor is a list of names, so the rule of this module bites here most: an extent is a
/// plain name of a regular file beside the descriptor, or it is refused; a parent is never opened.
///
/// May import: `snapshot.device`, `snapshot.format.file`. Imported by: `snapshot.format`,
/// `snapshot.format.ova`, `transfer`.
package io.landfall.snapshot.format.vmdk;
