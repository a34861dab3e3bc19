package io.landfall.transfer.nbd;

import io.landfall.protocol.nbd.NbdFlags;
import io.landfall.snapshot.device.BlockDevice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A disk under a name. The device is shared by all connections, so that a flush on one makes
/// durable what was written on all.
///
/// @param name as clients ask for it
/// @param description for people; may be empty
/// @param device a complete disk: its holes read as zeros; borrowed
/// @param readOnly whether writes are refused
/// @param bitmaps what changed, by name: layers of the same size in which all but holes is dirty;
///   borrowed
public record NbdExport(
    String name,
    String description,
    BlockDevice device,
    boolean readOnly,
    Map<String, BlockDevice> bitmaps) {
  static final String ALLOCATION = "base:allocation";
  static final String DIRTY_BITMAP = "qemu:dirty-bitmap:";

  public NbdExport {
    bitmaps = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(bitmaps));
    if (!readOnly && !device.writable()) {
      throw new IllegalArgumentException(device + " cannot be written; export it read-only");
    }
  }

  /// Serves `device` to readers.
  public static NbdExport readOnly(String name, BlockDevice device) {
    return new NbdExport(name, "", device, true, Map.of());
  }

  /// Serves `device` to readers and writers.
  public static NbdExport writable(String name, BlockDevice device) {
    return new NbdExport(name, "", device, false, Map.of());
  }

  /// The same with words for people.
  public NbdExport describedAs(String text) {
    return new NbdExport(name, text, device, readOnly, bitmaps);
  }

  /// The same with what changed as `qemu:dirty-bitmap:BITMAP`.
  public NbdExport withBitmap(String bitmap, BlockDevice layer) {
    Map<String, BlockDevice> more = new LinkedHashMap<>(bitmaps);
    more.put(bitmap, layer);
    return new NbdExport(name, description, device, readOnly, more);
  }

  /// Names of the kinds of block status it has.
  List<String> contexts() {
    List<String> contexts = new ArrayList<>(List.of(ALLOCATION));
    bitmaps.keySet().forEach(bitmap -> contexts.add(DIRTY_BITMAP + bitmap));
    return contexts;
  }

  int flags(boolean structured) {
    int flags =
        NbdFlags.HAS_FLAGS
            | NbdFlags.SEND_FLUSH
            | NbdFlags.SEND_FUA
            | NbdFlags.SEND_CACHE
            | NbdFlags.CAN_MULTI_CONN;
    flags |= readOnly ? NbdFlags.READ_ONLY : NbdFlags.SEND_TRIM | NbdFlags.SEND_WRITE_ZEROES;
    return structured ? flags | NbdFlags.SEND_DF : flags;
  }
}
