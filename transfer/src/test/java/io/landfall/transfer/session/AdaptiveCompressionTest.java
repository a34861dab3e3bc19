package io.landfall.transfer.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.message.TransferMessage.Codec;
import org.junit.jupiter.api.Test;

class AdaptiveCompressionTest {
  private final AdaptiveCompression compression = new AdaptiveCompression();
  private long now;
  private long sent;

  /// A period of frames of 256 KiB of the image, at that rate, each so many times smaller on the
  /// wire.
  private void period(boolean waits, double imageBytesPerSecond, int smaller) {
    for (int i = 0; i < AdaptiveCompression.PERIOD_FRAMES; i++) {
      sent += Answer.FRAME_BYTES / smaller;
      now += (long) (Answer.FRAME_BYTES / imageBytesPerSecond * 1e9);
      compression.observe(waits, sent, now);
    }
  }

  private void period(boolean waits, double bytesPerSecond) {
    period(waits, bytesPerSecond, 1);
  }

  @Test
  void beginsWhenTheNetworkWaitsAndGoesOnWhileItPays() {
    assertThat(compression.on()).isFalse();
    period(true, 10e6);
    assertThat(compression.on()).isTrue();
    period(true, 20e6, 2);
    assertThat(compression.on()).isTrue();
    period(false, 90e6, 50); // now nothing waits, because it is compressed
    assertThat(compression.on()).isTrue();
  }

  @Test
  void endsWhenTheImageMovesSlowerThanWithout() {
    period(true, 100e6);
    period(false, 60e6, 2);
    assertThat(compression.on()).as("once is nothing").isTrue();
    period(false, 60e6, 2);
    assertThat(compression.on()).isFalse();
    period(true, 100e6);
    assertThat(compression.on()).as("at once again").isFalse();
    for (int i = 0; i < 40; i++) {
      period(true, 100e6);
    }
    assertThat(compression.on()).as("after a while").isTrue();
  }

  @Test
  void slowerNetworkGetsTheStrongerCodecUnlessTheReceiverDoesNotTakeIt() {
    period(true, 100e6);
    assertThat(compression.codec(Codec.ZSTD)).isEqualTo(Codec.LZ4);
    AdaptiveCompression slow = new AdaptiveCompression();
    for (int i = 1; i <= AdaptiveCompression.PERIOD_FRAMES; i++) {
      slow.observe(
          true, (long) i * Answer.FRAME_BYTES, i * (long) (Answer.FRAME_BYTES / 10e6 * 1e9));
    }
    assertThat(slow.on()).isTrue();
    assertThat(slow.codec(Codec.ZSTD)).isEqualTo(Codec.ZSTD);
    assertThat(slow.codec(Codec.LZ4)).isEqualTo(Codec.LZ4);
  }

  @Test
  void neverBeginsOnAFastNetwork() {
    for (int i = 0; i < 10; i++) {
      period(true, 500e6);
      assertThat(compression.on()).isFalse();
    }
  }

  @Test
  void neverBeginsWhenTheNetworkIsIdle() {
    for (int i = 0; i < 10; i++) {
      period(false, 10e6);
      assertThat(compression.on()).isFalse();
    }
  }

  @Test
  void endsWhenTheNetworkBecomesFast() {
    period(true, 10e6);
    period(true, 500e6);
    assertThat(compression.on()).isFalse();
  }

  /// A queue of 2 MiB before a link of 100 Mbit/s and two connections, as an outbox has it: the
  /// first frames leave for the queue at once, which is no rate of the network.
  @Test
  void staysOnBehindAQueueWhenDataBecomesAThirdSmaller() {
    double bytesPerSecond = 6e6;
    double pending = 0;
    long compressed = 0;
    long frames = 64;
    for (int i = 0; i < frames; i++) {
      if (pending >= 2 << 20) {
        double gone = pending - (2 << 20) + 1;
        now += (long) (gone / bytesPerSecond * 1e9);
        pending -= gone;
      }
      compression.observe(pending >= 1 << 20, sent - (long) pending, now);
      int wire = compression.on() ? Answer.FRAME_BYTES * 2 / 3 : Answer.FRAME_BYTES;
      compressed += compression.on() ? 1 : 0;
      sent += wire;
      pending += wire;
    }
    assertThat(compressed).isGreaterThanOrEqualTo(frames - 2 * AdaptiveCompression.PERIOD_FRAMES);
  }
}
