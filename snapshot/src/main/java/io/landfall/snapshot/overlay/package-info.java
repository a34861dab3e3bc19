/// The copy-on-write overlay: a layer that holds only what was written since its base, with a map
/// of which blocks those are.
///
/// May import: `snapshot.device`. Imported by: `transfer.lifecycle` and whoever stacks layers.
/// Order on disk: data durable, then the map that points to it.
package io.landfall.snapshot.overlay;
