package io.landfall.transfer.net;

/// What a pull moved.
///
/// @param dataBytes bytes of the image that travelled
/// @param zeroBytes bytes of the image that were found to be zero and did not
/// @param wireBytes frames received for it, headers included
public record PullSummary(long dataBytes, long zeroBytes, long wireBytes) {
  /// Both pulls together.
  public PullSummary plus(PullSummary other) {
    return new PullSummary(
        dataBytes + other.dataBytes, zeroBytes + other.zeroBytes, wireBytes + other.wireBytes);
  }
}
