package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Open;
import io.landfall.protocol.message.TransferMessage.Opened;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.transfer.session.AdaptiveCompression;
import io.landfall.transfer.session.Answer;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.Source;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ExportTableTest {
  private final ExportTable table = new ExportTable();

  @Test
  void whatIsTakenAwayCannotBePulledAndOtherJobsStay() throws IOException {
    offer(Names.inputDisk("ann/1.0@submit", "vda"));
    offer(Names.inputDisk("ann/1.0@submit", "vdb"));
    offer(Names.inputDisk("ann/1.01@submit", "vda"));

    table.withdraw(Names.inputDisk("ann/1.0@submit", ""));

    assertThat(table.find(Names.inputDisk("ann/1.0@submit", "vda"))).isEmpty();
    assertThat(table.find(Names.inputDisk("ann/1.0@submit", "vdb"))).isEmpty();
    assertThat(table.find(Names.inputDisk("ann/1.01@submit", "vda"))).isPresent();
  }

  @Test
  void nothingIsOnOfferThatWasNotOffered() throws IOException {
    assertThat(table.find("input/ann/1.0@submit/../../etc/passwd")).isEmpty();
  }

  @Test
  void whatNobodyOpenedInTimeIsNotOnOfferAnyMore() throws IOException {
    Instant[] now = {Instant.EPOCH};
    ExportTable timed = new ExportTable(() -> now[0]);
    timed.offer("ann", "disk", () -> Export.of(new MemoryDevice(4096)));
    assertThat(timed.find("disk")).isPresent();
    now[0] = Instant.EPOCH.plus(Duration.ofMinutes(61));
    assertThatThrownBy(() -> timed.find("disk"))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("was on offer until");
  }

  @Test
  void moreThanAFewTimesAnImageIsRefusedOverAllItsHandles() throws IOException {
    long size = 256L << 20;
    table.offer("ann", "disk", () -> Export.of(new MemoryDevice(size)));
    try (Source source = new Source(table, PooledByteBufAllocator.DEFAULT)) {
      int wants = 0;
      int handle = open(source);
      while (true) {
        if (wants == 20) {
          source.fin(handle);
          handle = open(source);
        }
        try (Answer answer =
            source.want(new Want(1, handle, 0, 16 << 20, Priority.LANDING, Codec.PLAIN))) {
          if (answer.next(new AdaptiveCompression()).getFirst() instanceof Failure refusal) {
            assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_AUTHORISED);
            assertThat(refusal.sentence()).contains("bytes were taken of 'disk'");
            break;
          }
        }
        wants++;
      }
      assertThat(wants).isEqualTo((int) ((4 * size + (64 << 20)) / (16 << 20)));
    }
  }

  private static int open(Source source) {
    return ((Opened) source.open(new Open(1, "disk"))).handle();
  }

  private void offer(String name) {
    table.offer("ann", name, () -> Export.of(new MemoryDevice(4096)));
  }
}
