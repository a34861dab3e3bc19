package io.landfall.store.seal;

import java.io.IOException;

/// A key file cannot be used, a store needs a key that was not given, or another one.
public final class KeyRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /// What is wrong, where, and what would be right, in one sentence.
  public KeyRefusedException(String what) {
    super(what);
  }
}
