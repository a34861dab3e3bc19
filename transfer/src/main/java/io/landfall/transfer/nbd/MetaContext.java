package io.landfall.transfer.nbd;

import io.landfall.snapshot.device.BlockDevice;

/// A kind of block status that a client has chosen.
///
/// @param id stands for it in replies
/// @param layer where the extents come from
/// @param dirty whether the status says what changed, rather than what is allocated
record MetaContext(int id, String name, BlockDevice layer, boolean dirty) {

  static MetaContext of(int id, String name, NbdExport export) {
    return name.equals(NbdExport.ALLOCATION)
        ? new MetaContext(id, name, export.device(), false)
        : new MetaContext(
            id, name, export.bitmaps().get(name.substring(NbdExport.DIRTY_BITMAP.length())), true);
  }
}
