package io.landfall.transfer.doctor;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Programs that are asked something; one that is not installed has no answer.
final class Commands {
  private static final long PATIENCE_SECONDS = 5;

  private Commands() {}

  static boolean succeeds(String... command) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return false; // not installed
    }
    try {
      process.getOutputStream().close();
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      process.destroyForcibly();
    }
  }
}
