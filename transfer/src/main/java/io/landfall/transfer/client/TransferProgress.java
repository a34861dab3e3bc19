package io.landfall.transfer.client;

/// How far a transfer is.
///
/// @param phase what is being done
/// @param totalBytes of this phase, known when it begins
/// @param doneBytes of them
public record TransferProgress(Phase phase, long totalBytes, long doneBytes) {

  /// The parts of a landing, in order.
  public enum Phase {
    /// Asking what lies where.
    MAP,
    /// Copying what a local base or seed has.
    COPY,
    /// Bytes travel.
    PULL,
    /// Hashing what is left to hash, and waiting for the source's manifest.
    SEAL,
    /// Making it durable and giving it its name.
    COMMIT
  }
}
