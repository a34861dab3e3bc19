package io.landfall.transfer.cli;

/// Whether a person looks at what is printed.
final class Terminal {
  private Terminal() {}

  static boolean isInteractive() {
    return System.console().isTerminal();
  }
}
