package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Samples damaged at random: whatever a file says, it is judged, every problem lies inside it, and
/// the ads of accepted jobs read back the same.
class SubmitFuzzTest {
  private static final int FILES = 2_500;
  private static final String[] PIECES = {
    "$(X)",
    "$(X:",
    "$$(",
    "$",
    "(",
    ")",
    "\\",
    "\n",
    "#",
    "=",
    ":",
    ",",
    "..",
    "/",
    "\"",
    "queue ",
    "queue 3 a in (x y)\n",
    "if defined X\n",
    "else\n",
    "endif\n",
    "include : job.sub\n",
    "+A = ",
    "MY.B = 1 +\n",
    "X = $(X) x\n",
    "Y = $(Z)\nZ = $(Y)\n",
    "vm_disk = ",
    "\u0000",
    "é",
    "@=x\n",
    "$INT(",
    "$RANDOM_INTEGER(1,3)",
    "$Fn(",
    "[1:",
    "vm_type = xen\n",
    "requirements = ",
    "0",
    "-1"
  };

  @Test
  void anyFileIsJudged() throws Exception {
    List<String> samples = samples();
    int accepted = 0;
    for (long seed = 1; seed <= FILES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String text = damaged(samples.get(random.nextInt(samples.size())), random);
      accepted += judge(text, seed);
    }
    assertThat(accepted).as("files that were still accepted").isBetween(FILES / 50, FILES);
  }

  private static List<String> samples() throws Exception {
    Path root =
        Path.of(Objects.requireNonNull(SubmitFuzzTest.class.getResource("/submit")).toURI());
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(f -> f.toString().endsWith(".sub"))
          .sorted()
          .map(SubmitFuzzTest::text)
          .toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String damaged(String sample, SplittableRandom random) {
    StringBuilder text = new StringBuilder(sample);
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(3)) {
        case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 30)));
        default -> {
          int end = Math.min(text.length(), at + random.nextInt(1, 60));
          text.insert(random.nextInt(text.length() + 1), text.substring(at, end));
        }
      }
    }
    return text.toString();
  }

  private static int judge(String text, long seed) throws ClassAdException {
    Submission submission = Submits.parse(text);
    long lines = text.lines().count();
    for (Problem problem : submission.problems()) {
      assertThat(problem.message()).as("seed %d", seed).isNotBlank();
      assertThat(problem.location().line())
          .as("seed %d: %s", seed, problem)
          .isBetween(0, (int) lines + 1);
    }
    assertThat(submission.jobs().isEmpty() || submission.valid()).as("seed %d", seed).isTrue();
    for (VmJob job : submission.jobs().subList(0, Math.min(3, submission.jobs().size()))) {
      String ad = JobAd.of(job, JobAdTest.context()).toString();
      assertThat(ClassAd.parse(ad).toString()).as("seed %d", seed).isEqualTo(ad);
    }
    return submission.valid() ? 1 : 0;
  }
}
