package io.landfall.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.perf.contest.Result;
import io.landfall.perf.measure.Spread;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GoalTest {
  private static final Outcome OUTCOME =
      new Outcome(
          "",
          "",
          "",
          List.of(),
          List.of(
              result("landfall", 0.5),
              result("rsync", 2),
              result("nbdcopy", 0.45),
              result("scp", 4)),
          List.of(),
          List.of(
              new Figure("link", "one", "landed", "s", false, Spread.of(4, 5, 6)),
              new Figure("link", "eight", "landed", "s", false, Spread.of(11))),
          List.of());

  private static Result result(String contender, double seconds) {
    Spread spread = Spread.of(seconds);
    TreeMap<String, Spread> figures = new TreeMap<>();
    figures.put("linePercent", Spread.of(96));
    return new Result(
        "cold",
        "an image",
        1,
        contender,
        "1",
        "somehow",
        Spread.of(0),
        spread,
        spread,
        spread,
        spread,
        spread,
        figures);
  }

  @Test
  void theBarIsMadeOfTheBestPeerThatIsThere() {
    Value ours = Value.time("cold", "landfall");
    Value peers = Value.bestTime("cold", "rsync", "nbdcopy", "not here");
    assertThat(Goal.atMost("quick", ours, 1, peers).judge(OUTCOME))
        .isEqualTo(new Verdict("quick", "≤ 0.450 s (nbdcopy)", "0.500 s", Verdict.End.MISSED));
    assertThat(Goal.atMost("quick", ours, 1.3, peers).judge(OUTCOME))
        .isEqualTo(
            new Verdict(
                "quick", "≤ 0.585 s (1.3 × 0.450 s of nbdcopy)", "0.500 s", Verdict.End.MET));
  }

  @Test
  void aFigureIsHeldToANumberOrToAnotherFigure() {
    Value line = new Value.Told("cold", "landfall", "linePercent", "%");
    assertThat(Goal.atLeast("line", line, 95, "%").judge(OUTCOME))
        .isEqualTo(new Verdict("line", "≥ 95.000 %", "96.000 %", Verdict.End.MET));
    assertThat(Goal.atLeast("line", line, 97, "%").judge(OUTCOME).end())
        .isEqualTo(Verdict.End.MISSED);
    Goal swarm =
        Goal.atMost(
            "swarm", Value.cell("link", "eight", "landed"), 2, Value.cell("link", "one", "landed"));
    assertThat(swarm.judge(OUTCOME))
        .isEqualTo(
            new Verdict(
                "swarm", "≤ 10.000 s (2 × 5.000 s of one)", "11.000 s", Verdict.End.MISSED));
  }

  @Test
  void whatWasNotMeasuredLeavesAGoalOpen() {
    Value ours = Value.time("cold", "landfall");
    Value absent = Value.time("cold", "globus-url-copy");
    assertThat(Goal.atMost("a", ours, 1, absent).judge(OUTCOME).end()).isEqualTo(Verdict.End.OPEN);
    assertThat(Goal.atMost("a", absent, 1, ours).judge(OUTCOME))
        .isEqualTo(new Verdict("a", "≤ 0.500 s (landfall)", "not measured", Verdict.End.OPEN));
  }
}
