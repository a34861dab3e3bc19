/// What every format reads with: one image file, its bytes bounded and its refusals named.
///
/// May import: `snapshot.device`. Imported by: the other rooms of `snapshot.format`.
package io.landfall.snapshot.format.file;
