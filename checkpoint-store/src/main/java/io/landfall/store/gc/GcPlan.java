package io.landfall.store.gc;

import java.util.List;

/// What a garbage collection would do.
///
/// @param packs sealed packs, by number
/// @param removed packs in which nothing is live
/// @param rewritten packs of which so little is live that the rest is worth copying
/// @param keptDeadBytes dead bytes in packs that are left as they are
/// @param unfinishedPacks packs that are left for ingests that broke off and may be tried again
public record GcPlan(
    int packs,
    List<PackUse> removed,
    List<PackUse> rewritten,
    long keptDeadBytes,
    int unfinishedPacks) {

  /// Copies the lists.
  public GcPlan {
    removed = List.copyOf(removed);
    rewritten = List.copyOf(rewritten);
  }

  /// How much of a pack is live.
  ///
  /// @param pack its number
  /// @param fileBytes its size
  /// @param liveBytes of records that some checkpoint needs
  /// @param deadBytes of other records
  public record PackUse(long pack, long fileBytes, long liveBytes, long deadBytes) {}

  /// Bytes that copying would write.
  public long copiedBytes() {
    return rewritten.stream().mapToLong(PackUse::liveBytes).sum();
  }

  /// Bytes that the disk would get back.
  public long freedBytes() {
    long gone =
        removed.stream().mapToLong(PackUse::fileBytes).sum()
            + rewritten.stream().mapToLong(PackUse::fileBytes).sum();
    return gone - copiedBytes();
  }
}
