package io.landfall.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final double FOREVER = Double.POSITIVE_INFINITY;
  private static final Cost SHORT = new Cost(60, 60, 5);
  private static final Cost LONG = new Cost(60, 240, 5);
  private static final Cost FIXED = new Cost(600, 0, 1);

  private double seconds;

  /// Runs benches that take `slower` times what is estimated; returns the rounds of each.
  private List<Integer> rounds(OptionalInt minutes, double slower, Cost... costs) {
    Budget budget = budget(minutes, costs);
    List<Integer> rounds = new ArrayList<>();
    for (Cost cost : costs) {
      budget.begin();
      seconds += cost.fixedSeconds() * slower;
      budget.hasTime(0, FOREVER);
      boolean another = true;
      int done = 0;
      while (another) {
        seconds += cost.roundSeconds() * slower;
        done++;
        another = budget.hasTime(done, FOREVER) && done < cost.rounds();
      }
      budget.end();
      rounds.add(done);
    }
    return rounds;
  }

  private Budget budget(OptionalInt minutes, Cost... costs) {
    return new Budget(minutes, List.of(costs), () -> (long) (seconds * 1e9));
  }

  @Test
  void withoutALimitAllRoundsAreRun() {
    assertThat(rounds(OptionalInt.empty(), 3, SHORT, LONG, FIXED)).containsExactly(5, 5, 1);
  }

  @Test
  void shortTimeCostsRoundsOfEachAndNoBench() {
    assertThat(rounds(OptionalInt.of(27), 1, SHORT, LONG, FIXED)).containsExactly(3, 3, 1);
    assertThat(seconds).isLessThanOrEqualTo(27 * 60);
  }

  @Test
  void noTimeAtAllIsARoundOfEach() {
    assertThat(rounds(OptionalInt.of(1), 1, SHORT, LONG, FIXED)).containsExactly(1, 1, 1);
  }

  @Test
  void aSlowMachineIsNoticedAndEndsInTimeAllTheSame() {
    assertThat(rounds(OptionalInt.of(60), 2, SHORT, SHORT, LONG, FIXED).getLast()).isEqualTo(1);
    assertThat(seconds).isLessThanOrEqualTo(61 * 60);
  }

  @Test
  void whatOneLeavesIsTheNextOnes() {
    Budget budget = budget(OptionalInt.of(30), SHORT, LONG);
    budget.begin();
    seconds = 10;
    budget.hasTime(1, FOREVER);
    budget.end();
    budget.begin();
    seconds = 29 * 60 - 240;
    assertThat(budget.hasTime(0, FOREVER)).isTrue();
    seconds += 240;
    assertThat(budget.hasTime(1, FOREVER)).as("one of 240 s in the last minute").isFalse();
  }

  @Test
  void partsShareWhatIsLeft() {
    Budget budget = budget(OptionalInt.of(10), SHORT);
    budget.begin();
    double first = budget.partEnds(2, FOREVER);
    assertThat(first).isCloseTo(300, within(1.0));
    seconds = 200;
    double second = budget.partEnds(1, FOREVER);
    assertThat(second).isCloseTo(600, within(1.0));
    assertThat(budget.partEnds(2, second)).as("a part of a part").isCloseTo(400, within(1.0));
  }

  @Test
  void whatIsLeftIsToldByWhatTheBenchesTook() {
    Budget budget = budget(OptionalInt.empty(), SHORT, SHORT);
    budget.begin();
    assertThat(budget.leftSeconds()).isCloseTo(720, within(1.0));
    seconds = 720;
    for (int round = 0; round <= 5; round++) {
      budget.hasTime(round, FOREVER);
    }
    budget.end();
    budget.begin();
    assertThat(budget.leftSeconds()).as("twice as slow as estimated").isCloseTo(720, within(1.0));
  }
}
