package io.landfall.transfer.classad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Ads as text, and two ads together.
class ClassAdTest {

  @Test
  void readsAndPrintsOldSyntax() throws ClassAdException {
    ClassAd ad = ClassAd.parse("\n# a comment\nB = 1+1\n a=\"x = y\"\nb = 3\n");
    assertThat(ad.names()).containsExactly("B", "a");
    assertThat(ad).hasToString("B = 3\na = \"x = y\"\n");
    assertThat(ad.edit().set("C", true).build()).hasToString("B = 3\na = \"x = y\"\nC = true\n");
  }

  @Test
  void badLinesAreRefusedOrSkipped() {
    List<String> bad = new ArrayList<>();
    ClassAd ad = ClassAd.parse("A = 1\nnonsense\nB = 1 +\nC = 2\n", e -> bad.add(e.getMessage()));
    assertThat(ad.names()).containsExactly("A", "C");
    assertThat(bad)
        .containsExactly(
            "line 2: not Name = expression", "line 3: found the end, expected a value");
    assertThatThrownBy(() -> ClassAd.parse("A =")).hasMessageStartingWith("line 1: ");
  }

  @Test
  void anAdHasAGreatestSize() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i <= ClassAd.MAX_ATTRIBUTES; i++) {
      text.append("A").append(i).append(" = 1\n");
    }
    assertThatThrownBy(() -> ClassAd.parse(text.toString()))
        .hasMessageContaining("more than 10000");
  }

  @Test
  void aMatchNamesTheClausesThatFail() throws ClassAdException {
    ClassAd job =
        ClassAd.parse(
            """
            JobVMMemory = 1024
            Rank = TARGET.Speed
            Requirements = (TARGET.OK) && ((TARGET.HasVM =?= true && TARGET.VM_Memory >= MY.JobVMMemory))
            """);
    ClassAd machine =
        ClassAd.parse(
            """
            OK = 1
            HasVM = true
            VM_Memory = 512
            Speed = 3.5
            Requirements = TARGET.JobVMMemory < 1000 || TARGET.Friend
            """);
    Match match = Match.of(job, machine, 0);
    assertThat(match.matches()).isFalse();
    assertThat(match.mine()).hasSize(3);
    assertThat(match.rank()).isEqualTo(3.5);
    assertThat(match.failing())
        .extracting(Match.Clause::toString)
        .containsExactly(
            "TARGET.VM_Memory >= MY.JobVMMemory is false: TARGET.VM_Memory = 512,"
                + " MY.JobVMMemory = 1024",
            "TARGET.JobVMMemory < 1000 || TARGET.Friend is undefined: TARGET.JobVMMemory = 1024,"
                + " TARGET.Friend = undefined");
  }

  @Test
  void adsWithoutRequirementsAskForNothing() {
    assertThat(Match.of(ClassAd.EMPTY, ClassAd.EMPTY, 0).matches()).isTrue();
  }

  /// Random pieces of the language, put together with and without sense: every text is either
  /// refused with a place inside it, or prints to something that reads back the same, and has a
  /// value.
  @Test
  void anyTextIsRefusedOrReadsBackTheSame() {
    String[] pieces = {
      "a",
      "MY.",
      "TARGET.b",
      "1",
      "2.5",
      "\"s\\\"t\"",
      "true",
      "undefined",
      "error",
      "(",
      ")",
      "{",
      "}",
      "[",
      "]",
      ",",
      "?",
      ":",
      "?:",
      "+",
      "-",
      "*",
      "/",
      "%",
      "&&",
      "||",
      "!",
      "~",
      "==",
      "=?=",
      "=!=",
      "is",
      "isnt",
      "<",
      "<<",
      ">>>",
      "strcat(",
      "ifThenElse(",
      "size(",
      " ",
      "\\",
      "\"",
      "'",
      "0x",
      "1e",
      ".",
      "é"
    };
    for (long seed = 1; seed <= 20_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(1, 14);
      for (int i = 0; i < length; i++) {
        text.append(pieces[random.nextInt(pieces.length)]);
        if (random.nextBoolean()) {
          text.append(' ');
        }
      }
      check(text.toString(), seed);
    }
  }

  private static void check(String text, long seed) {
    Expression parsed;
    try {
      parsed = Expression.parse(text);
    } catch (ClassAdException refused) {
      assertThat(refused.position()).as("seed %d: %s", seed, text).isBetween(0, text.length());
      return;
    }
    try {
      assertThat(Expression.parse(parsed.toString())).as("seed %d", seed).isEqualTo(parsed);
    } catch (ClassAdException e) {
      throw new AssertionError("seed " + seed + ": " + text + " printed as " + parsed, e);
    }
    assertThat(new Evaluation(ClassAd.EMPTY, ClassAd.EMPTY, 0).value(parsed))
        .as("seed %d", seed)
        .isNotNull();
  }
}
