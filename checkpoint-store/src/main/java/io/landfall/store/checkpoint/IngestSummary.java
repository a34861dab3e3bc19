package io.landfall.store.checkpoint;

/// Where the bytes of a device went. `zeroBytes`, `unchangedBytes`, `claimedBytes`,
/// `duplicateBytes` and `newBytes` add up to `imageBytes`.
///
/// @param imageBytes the device, as the guest sees it
/// @param zeroBytes all-zero chunks: not stored
/// @param unchangedBytes not read, because the baseline says they are as they were
/// @param claimedBytes not read, because the store has the chunks that the source says they are
/// @param duplicateBytes read, and found in the store
/// @param newBytes read and stored
/// @param storedBytes what storing them took, compressed, with headers
public record IngestSummary(
    long imageBytes,
    long zeroBytes,
    long unchangedBytes,
    long claimedBytes,
    long duplicateBytes,
    long newBytes,
    long storedBytes) {

  /// The bytes that were read from the source.
  public long readBytes() {
    return duplicateBytes + newBytes;
  }

  /// Both together.
  public IngestSummary plus(IngestSummary other) {
    return new IngestSummary(
        imageBytes + other.imageBytes,
        zeroBytes + other.zeroBytes,
        unchangedBytes + other.unchangedBytes,
        claimedBytes + other.claimedBytes,
        duplicateBytes + other.duplicateBytes,
        newBytes + other.newBytes,
        storedBytes + other.storedBytes);
  }
}
