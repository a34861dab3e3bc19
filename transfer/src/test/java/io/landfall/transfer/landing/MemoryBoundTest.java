package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// However much is pulled, and however slowly it is taken, network buffers stay below their bound
/// on both sides.
class MemoryBoundTest {
  private static final long BOUND = 32 << 20;

  @Test
  void networkBuffersStayBelowTheirBound() throws IOException {
    long size = 256 << 20;
    EndpointSettings settings =
        EndpointSettings.of("test").withDirectMemoryBytes(BOUND).withDataConnections(4);
    try (Wire wire = Wire.open(settings)) {
      wire.serve("big", () -> Export.of(new PatternDevice(size)));
      AtomicLong most = new AtomicLong();
      AtomicLong wrong = new AtomicLong();
      RangeSink slow =
          new RangeSink() {
            @Override
            public void data(long offset, ByteBuffer bytes) {
              while (bytes.remaining() >= Long.BYTES) {
                long at = offset + bytes.position();
                if (bytes.getLong() != PatternDevice.word(at / Long.BYTES)) {
                  wrong.incrementAndGet();
                }
              }
              long now =
                  Math.max(wire.client().directMemoryBytes(), wire.server().directMemoryBytes());
              most.accumulateAndGet(now, Math::max);
            }

            @Override
            public void zero(long offset, long length) {
              wrong.incrementAndGet();
            }
          };
      try (RemoteImage remote = RemoteImage.open(wire.peer(), "big")) {
        var summary = remote.pull(List.of(new Range(0, size)), slow, TransferListener.NONE);
        assertThat(summary.dataBytes()).isEqualTo(size);
      }
      assertThat(wrong.get()).isZero();
      assertThat(most.get()).isPositive().isLessThanOrEqualTo(BOUND);
    }
  }
}
