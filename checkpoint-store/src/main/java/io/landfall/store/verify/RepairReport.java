package io.landfall.store.verify;

/// What a repair did.
///
/// @param quarantinedPacks damaged packs that were taken out of use, their intact chunks copied
/// @param fetchedChunks chunks and nodes that another store had
/// @param after the store as it is now
public record RepairReport(int quarantinedPacks, int fetchedChunks, VerifyReport after) {}
