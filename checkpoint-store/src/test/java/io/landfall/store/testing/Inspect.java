package io.landfall.store.testing;

import io.landfall.store.cli.CheckpointCommand;

/// The inspection commands in a Java of their own, to be watched from outside.
public final class Inspect {
  private Inspect() {}

  /// Runs one command.
  public static void main(String[] args) {
    System.exit(CheckpointCommand.execute(args));
  }
}
