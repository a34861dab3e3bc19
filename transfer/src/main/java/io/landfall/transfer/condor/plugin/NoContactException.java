package io.landfall.transfer.condor.plugin;

import java.io.IOException;

/// A server of a URL was not reached, so nothing was asked of it.
public final class NoContactException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean resolved;

  /// Says why.
  ///
  /// @param resolved whether its name has an address
  public NoContactException(String sentence, boolean resolved, Throwable cause) {
    super(sentence, cause);
    this.resolved = resolved;
  }

  boolean resolved() {
    return resolved;
  }
}
