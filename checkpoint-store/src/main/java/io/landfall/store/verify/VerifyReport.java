package io.landfall.store.verify;

import java.time.Duration;
import java.util.List;

/// What a verification looked at and what it found.
///
/// @param packs files read
/// @param chunks decoded and hashed, nodes among them
/// @param bytesRead from packs
/// @param checkpoints whose trees were walked
/// @param indexChecked whether the index was compared with the packs; it is not while a daemon
///   writes to it
/// @param contentChecked whether chunks were decoded and trees walked; neither is without the key
///   of an encrypted store
/// @param took wall time
/// @param findings empty if every byte is what it was
public record VerifyReport(
    int packs,
    long chunks,
    long bytesRead,
    int checkpoints,
    boolean indexChecked,
    boolean contentChecked,
    Duration took,
    List<Finding> findings) {

  /// Copies the list.
  public VerifyReport {
    findings = List.copyOf(findings);
  }

  /// Whether nothing was found.
  public boolean clean() {
    return findings.isEmpty();
  }
}
