package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Whether pages are asked for follows from how fast the first bytes came.
class PageTrialTest {
  private static final double MBIT = 1e6 / 8;

  /// Bytes that a link of that rate, with that much of a wait, carries in a trial.
  private static long carried(PageTrial trial, double bytesPerSecond, long waitNanos) {
    long sum = 0;
    for (long next = trial.nextBytes(); next > 0; next = trial.nextBytes()) {
      trial.pulled(next, waitNanos + (long) (next * 1e9 / bytesPerSecond));
      sum += next;
    }
    return sum;
  }

  @Test
  void slowLinkIsKnownAfterHalfMebibyte() {
    PageTrial trial = PageTrial.measuring();
    assertThat(carried(trial, 100 * MBIT, 20_000_000)).isEqualTo(512 << 10);
    assertThat(trial.pays()).isTrue();
  }

  @Test
  void gigabitLinkIsWorthAskingOver() {
    for (long wait : new long[] {0, 1_000_000, 20_000_000}) {
      PageTrial trial = PageTrial.measuring();
      assertThat(carried(trial, 1000 * MBIT, wait)).isLessThanOrEqualTo((512 << 10) + (2 << 20));
      assertThat(trial.pays()).isTrue();
    }
  }

  @Test
  void loopbackIsNotAsked() {
    PageTrial trial = PageTrial.measuring();
    assertThat(carried(trial, 1.2e9, 0)).isEqualTo(512 << 10);
    assertThat(trial.pays()).isFalse();
  }

  @Test
  void fastLinkWithMomentsWaitIsLookedAtAgain() {
    PageTrial trial = PageTrial.measuring();
    carried(trial, 1.2e9, 5_000_000); // seen as 96, 311 MB/s
    assertThat(trial.pays()).isFalse();
  }

  @Test
  void trialEndsWhateverTheRateIs() {
    for (double rate = 1e5; rate < 1e10; rate *= 1.3) {
      assertThat(carried(PageTrial.measuring(), rate, 100_000)).isLessThan(11 << 20);
    }
  }

  @Test
  void whoKnowsNeedsNoTrial() {
    PageTrial trial = PageTrial.paying();
    assertThat(trial.nextBytes()).isZero();
    trial.pulled(1 << 20, 1);
    assertThat(trial.pays()).isTrue();
  }
}
