package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PacingTest {
  private static final long SECOND = 1_000_000_000;
  private static final int FRAME = 256 << 10;

  private final Pacing pacing = new Pacing();

  /// What of each owner goes in so many seconds when all of them always have a frame.
  private long[] sentIn(long seconds, String... owners) {
    long[] sent = new long[owners.length];
    for (long now = 0; now < seconds * SECOND; now += SECOND / 1000) {
      for (int i = 0; i < owners.length; i++) {
        if (pacing.waitNanos(owners[i], now) == 0) {
          pacing.spent(owners[i], FRAME, now);
          sent[i] += FRAME;
        }
      }
    }
    return sent;
  }

  @Test
  void eachOwnerHasItsRate() {
    pacing.limitEach(10_000_000, 0);
    for (long sent : sentIn(10, "ann", "bob")) {
      assertThat(sent).isBetween(98_000_000L, 101_500_000L);
    }
  }

  @Test
  void allOwnersShareTheRateOfAll() {
    pacing.limitAll(10_000_000, 0);
    pacing.limitEach(8_000_000, 0);
    long[] sent = sentIn(10, "ann", "bob");
    assertThat(sent[0] + sent[1]).isBetween(98_000_000L, 101_500_000L);
    assertThat(sent[0]).isLessThan(81_000_000);
  }

  @Test
  void whatIsNobodysWaitsForTheRateOfAllOnly() {
    pacing.limitEach(1_000_000, 0);
    pacing.spent("", 1L << 40, 1);
    assertThat(pacing.waitNanos("", 2)).isZero();
    assertThat(pacing.tellsOwnersApart()).isTrue();
  }

  @Test
  void whoComesWhenThereAreManyOwnersSharesOneRate() {
    pacing.limitEach(1_000_000, 0);
    for (int i = 0; i < Pacing.MAX_OWNERS; i++) {
      pacing.spent("owner " + i, 1, 0);
    }
    pacing.spent("late", 1 << 20, 0);
    assertThat(pacing.waitNanos("later", 0)).isPositive();
    assertThat(pacing.waitNanos("owner 1", SECOND)).isZero();
  }

  @Test
  void aLiftedLimitIsForgotten() {
    pacing.limitEach(1_000_000, 0);
    pacing.spent("ann", 1L << 30, 0);
    assertThat(pacing.waitNanos("ann", 1)).isPositive();
    pacing.limitEach(0, 2);
    assertThat(pacing.waitNanos("ann", 3)).isZero();
  }
}
