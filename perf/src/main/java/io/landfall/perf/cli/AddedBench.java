package io.landfall.perf.cli;

import io.landfall.transfer.cli.AddedCommand;

/// Brings `landfall bench` to the command line.
public final class AddedBench implements AddedCommand {
  /// Called by the service loader.
  public AddedBench() {}

  @Override
  public Object command() {
    return new BenchCommand();
  }
}
