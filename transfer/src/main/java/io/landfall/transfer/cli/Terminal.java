package io.landfall.transfer.cli;

import java.io.Console;
import java.util.Optional;

/// Whether a person looks at what is printed.
final class Terminal {
  private Terminal() {}

  static boolean isInteractive() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }
}
