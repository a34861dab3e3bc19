/// Checkpoints as one tar stream: everything they need, or only what another store lacks.
///
/// Written by [io.landfall.store.export.Export], read by [io.landfall.store.export.ExportStream],
/// which believes nothing: names, sizes and counts are bounded, and every chunk is decoded and
/// hashed before it is stored. `FORMAT.md` has the layout.
///
/// May import: `store.checkpoint`, `store.chunk`, `protocol.content`, `snapshot.device`, Commons
/// Compress for the tar. Imported by: `store.verify`, `store.cli`.
package io.landfall.store.export;
