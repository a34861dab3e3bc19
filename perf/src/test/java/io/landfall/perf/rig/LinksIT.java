package io.landfall.perf.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Links between hosts that are network namespaces: needs root.
class LinksIT {
  private static final int BYTES = 3 << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"1gbit", "1gbit,20ms"})
  void whatIsSentArrivesAndIsCounted(String link) throws IOException {
    assumeThat(Programs.root()).as("root").isTrue();
    byte[] content = new byte[BYTES];
    new Random(1).nextBytes(content);
    Path image = Files.write(directory.resolve("image"), content);
    Path target = directory.resolve("target");
    try (Rig rig = Rig.open(link);
        WorkerProcess source = WorkerProcess.start(rig, Host.SUBMIT);
        WorkerProcess receiver = WorkerProcess.start(rig, Host.EXECUTE)) {
      assertThat(rig.network()).contains("1 Gbit/s");
      long sent = rig.submitBytes();
      long all = rig.wireBytes();
      double port = source.tell(new Order.BareSend(rig.address(), image.toString(), 1)).get("port");
      receiver.tell(new Order.BareReceive(rig.address(), (int) port, 1, target.toString(), BYTES));
      sent = rig.submitBytes() - sent;
      all = rig.wireBytes() - all;
      // 1448 bytes of a packet of 1514 are data; what was lost is sent again.
      assertThat(sent).isBetween((long) (BYTES * 1.04), (long) (BYTES * 1.5));
      assertThat(all).isGreaterThan(sent);
    }
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void aPacketTakesAtLeastTheRoundTrip() throws IOException {
    assumeThat(Programs.root()).as("root").isTrue();
    try (Rig rig = Rig.open("100mbit,40ms");
        WorkerProcess source = WorkerProcess.start(rig, Host.SUBMIT);
        WorkerProcess receiver = WorkerProcess.start(rig, Host.EXECUTE)) {
      Path image = Files.write(directory.resolve("image"), new byte[4096]);
      double port = source.tell(new Order.BareSend(rig.address(), image.toString(), 1)).get("port");
      long start = System.nanoTime();
      Order.BareReceive order =
          new Order.BareReceive(
              rig.address(), (int) port, 1, directory.resolve("target").toString(), 4096);
      receiver.tell(order);
      // One round trip to connect, and half of one for the data.
      assertThat(System.nanoTime() - start).isGreaterThan(60_000_000);
    }
  }
}
