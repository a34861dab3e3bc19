package io.landfall.transfer.doctor;

import java.io.IOException;
import java.util.function.Consumer;

/// Whether something keeps this host's clock right. Against other hosts it is compared where they
/// are dialled, in [NetworkCheck].
final class ClockCheck implements Check {
  private static final long MILLI = 1000;

  @Override
  public String group() {
    return "clock";
  }

  @Override
  public void run(Consumer<Finding> findings) throws IOException {
    Linux.Clock clock = Linux.clock();
    findings.accept(
        clock.synchronised()
            ? Finding.good(
                "time", "synchronised, wrong by at most " + clock.maxErrorMicros() / MILLI + " ms")
            : Finding.costs(
                "time",
                "the kernel knows of nothing that keeps it right",
                "certificates and periodic checkpoints are judged by a clock that drifts;"
                    + " no transfer and no checkpoint depends on it",
                "apt-get install chrony"));
  }
}
