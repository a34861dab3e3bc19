package io.landfall.transfer.session;

import java.util.Optional;

/// How much of an export its receiver may still take. Any thread.
@FunctionalInterface
public interface Allowance {
  /// As much as it likes.
  Allowance UNLIMITED = bytes -> Optional.empty();

  /// Takes `bytes` of it, or says in a sentence why not.
  Optional<String> take(long bytes);
}
