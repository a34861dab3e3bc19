package io.landfall.transfer.config;

import java.util.Optional;

/// One thing that is wrong, or looks wrong, in a description: what, where, and what would be right.
///
/// @param severity an error stops the whole file; a warning does not
/// @param rule the identifier of the broken rule, where it has one
/// @param location where to look
/// @param message one sentence, with HTCondor's spelling of commands
/// @param remedy what to write instead; empty when the message says it all
public record Problem(
    Severity severity, Optional<String> rule, Location location, String message, String remedy) {

  /// How bad it is.
  public enum Severity {
    ERROR,
    WARNING;

    @Override
    public String toString() {
      return this == ERROR ? "error" : "warning";
    }
  }

  /// Whether this problem stops the file from being used.
  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /// The line a terminal shows: `kvm.sub:7:24: error [S12]: … (remedy)`.
  @Override
  public String toString() {
    return location
        + ": "
        + severity
        + rule.map(id -> " [" + id + "]").orElse("")
        + ": "
        + message
        + (remedy.isEmpty() ? "" : " (" + remedy + ")");
  }
}
