package io.landfall.snapshot.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RangeTest {

  @Test
  void mergesWhatTouches() {
    assertThat(
            Range.merged(
                List.of(
                    new Range(10, 5),
                    new Range(0, 4),
                    new Range(4, 2),
                    new Range(12, 1),
                    new Range(30, 0))))
        .containsExactly(new Range(0, 6), new Range(10, 5));
  }

  @Test
  void intersectsAndAligns() {
    assertThat(new Range(0, 10).intersect(new Range(5, 10))).isEqualTo(new Range(5, 5));
    assertThat(new Range(0, 3).intersect(new Range(5, 10)).isEmpty()).isTrue();
    assertThat(new Range(5, 6).alignedOut(4, 100)).isEqualTo(new Range(4, 8));
    assertThat(new Range(5, 6).alignedOut(4, 11)).isEqualTo(new Range(4, 7));
    assertThat(new Range(0, 4).overlaps(new Range(4, 1))).isFalse();
    assertThat(new Range(0, 5).contains(new Range(4, 1))).isTrue();
  }

  @Test
  void hasNoNegativePlaceOrLength() {
    assertThatThrownBy(() -> new Range(-1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Range(1, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Range(Long.MAX_VALUE, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
