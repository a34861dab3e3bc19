package io.landfall.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CpuClockTest {
  /// Counts to a number, in a child of a child: what a forking server does.
  private static final String BUSY = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; :";

  @Test
  void timeOfAGrandchildIsCountedAfterItEnded() throws IOException, InterruptedException {
    double before = CpuClock.startedByUs();
    assertThat(new ProcessBuilder("sh", "-c", BUSY).start().waitFor()).isZero();
    assertThat(CpuClock.startedByUs()).isGreaterThan(before);
  }

  @Test
  void timeOfALivingTreeIsCounted() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sh", "-c", BUSY + "; echo done; read end").start();
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("done");
      assertThat(CpuClock.tree(process.toHandle())).isPositive();
      assertThat(CpuClock.machine()).isGreaterThan(CpuClock.tree(process.toHandle()));
    } finally {
      process.getOutputStream().close();
      process.waitFor();
    }
    assertThat(CpuClock.tree(process.toHandle())).isZero();
  }
}
