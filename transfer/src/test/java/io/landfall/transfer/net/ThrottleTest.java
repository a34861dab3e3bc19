package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThrottleTest {
  private static final long SECOND = 1_000_000_000;
  private static final int FRAME = 256 << 10;

  private final Throttle throttle = new Throttle();

  /// What goes in so many seconds when somebody always has a frame.
  private long sentIn(long seconds) {
    long now = 5;
    throttle.limit(10_000_000, now);
    long end = now + seconds * SECOND;
    long sent = 0;
    while (now < end) {
      long wait = throttle.waitNanos(now);
      if (wait == 0) {
        throttle.spent(FRAME);
        sent += FRAME;
      }
      now += wait;
    }
    return sent;
  }

  @Test
  void keepsTheRate() {
    assertThat(sentIn(10)).isBetween(99_000_000L, 101_500_000L);
  }

  @Test
  void unusedTimeIsNotSavedUp() {
    throttle.limit(10_000_000, 0);
    long now = 3600 * SECOND;
    long sent = 0;
    while (throttle.waitNanos(now) == 0) {
      throttle.spent(FRAME);
      sent += FRAME;
    }
    assertThat(sent).isLessThan(1_000_000);
  }

  @Test
  void noLimitIsNone() {
    throttle.spent(1L << 40);
    assertThat(throttle.waitNanos(1)).isZero();
  }
}
