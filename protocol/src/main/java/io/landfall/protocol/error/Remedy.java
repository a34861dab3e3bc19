package io.landfall.protocol.error;

/// What the side that receives an [ErrorCode] should do about it.
public enum Remedy {
  /// Nothing helps but a change of the program or of the request: give up and say so.
  ABORT,
  /// The same request may succeed in a while: a full disk, a busy peer, a lost connection.
  RETRY_LATER,
  /// These bytes are bad or gone here: ask another source, or this one again once.
  REFETCH,
  /// Somebody must change what this peer offers, allows or expects, then the request may be
  /// repeated.
  FIX_AND_RETRY
}
