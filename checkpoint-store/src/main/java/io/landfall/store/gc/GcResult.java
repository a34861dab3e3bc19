package io.landfall.store.gc;

/// What a garbage collection did.
///
/// @param removedPacks files that are gone, rewritten ones included
/// @param freedBytes of those files
/// @param copiedBytes live bytes that were written again
/// @param skippedPacks packs of the plan that an ingest relied on, or that could not be read
/// @param finished whether the whole plan was gone through; it is not when it was stopped
public record GcResult(
    int removedPacks, long freedBytes, long copiedBytes, int skippedPacks, boolean finished) {

  /// Both together; what the first left alone, the next has tried again.
  GcResult plus(GcResult next) {
    return new GcResult(
        removedPacks + next.removedPacks,
        freedBytes + next.freedBytes,
        copiedBytes + next.copiedBytes,
        next.skippedPacks,
        finished && next.finished);
  }
}
