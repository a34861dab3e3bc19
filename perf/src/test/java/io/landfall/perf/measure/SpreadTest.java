package io.landfall.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void medianOfAnOddCountIsTheMiddleOne() {
    assertThat(Spread.of(9, 1, 4)).isEqualTo(new Spread(4, 1, 9, 3));
  }

  @Test
  void medianOfAnEvenCountIsTheMeanOfTheMiddleTwo() {
    assertThat(Spread.of(10, 1, 4, 2)).isEqualTo(new Spread(3, 1, 10, 4));
  }

  @Test
  void oneValueIsItsOwnSpread() {
    assertThat(Spread.of(2.5)).isEqualTo(new Spread(2.5, 2.5, 2.5, 1));
    assertThat(Spread.of(2.5).relativeWidth()).isZero();
  }

  @Test
  void oneDisturbedRoundMovesTheMaximumAndNotTheMedian() {
    Spread spread = Spread.of(1.0, 1.1, 40.0);
    assertThat(spread.median()).isEqualTo(1.1);
    assertThat(spread.relativeWidth()).isCloseTo(39 / 1.1, within(1e-9));
  }

  @Test
  void widthOfNothingIsNothing() {
    assertThat(Spread.of(0, 0).relativeWidth()).isZero();
  }

  @Test
  void refusesNoValuesAndValuesThatAreNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(1, Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> new Spread(1, 2, 3, 1));
  }
}
