package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.landfall.transfer.config.Problem;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every sample is judged as its first line says: accepted with so many jobs, or rejected for one
/// rule, and for that alone, with the report's substance.
class SamplesTest {
  private static final Pattern EXPECT =
      Pattern.compile(
          "# EXPECT (accept|reject)(?: jobs=(\\d+))?(?: stage=\\w+ rule=(\\w+) report=\"(.*)\".*)?");
  private static final Pattern LINE = Pattern.compile("line (\\d+): (.*)");

  @TestFactory
  Stream<DynamicTest> everySampleIsJudgedAsItsFirstLineSays() throws Exception {
    return samples().stream()
        .map(file -> dynamicTest(file.getFileName().toString(), () -> judge(file)));
  }

  @Test
  void noSampleIsMissing() throws Exception {
    assertThat(samples()).hasSizeGreaterThanOrEqualTo(46);
  }

  private static List<Path> samples() throws IOException, URISyntaxException {
    Path root = Path.of(Objects.requireNonNull(SamplesTest.class.getResource("/submit")).toURI());
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(f -> f.toString().endsWith(".sub")).sorted().toList();
    }
  }

  private static void judge(Path file) throws IOException {
    String text = Files.readString(file);
    Matcher expect = EXPECT.matcher(text.lines().findFirst().orElseThrow());
    assertThat(expect.matches()).as("first line of " + file).isTrue();
    Submission submission = Submits.parse(text);
    if (expect.group(1).equals("accept")) {
      assertThat(submission.problems()).isEmpty();
      int jobs = expect.group(2) == null ? 1 : Integer.parseInt(expect.group(2));
      assertThat(submission.jobs()).hasSize(jobs);
    } else {
      assertThat(submission.jobs()).isEmpty();
      assertRejected(submission, expect.group(3), expect.group(4));
    }
  }

  private static void assertRejected(Submission submission, String rule, String report) {
    List<Problem> errors = submission.problems().stream().filter(Problem::isError).toList();
    assertThat(errors).hasSize(1);
    Problem error = errors.getFirst();
    assertThat(error.rule()).contains(rule);
    assertThat(error.location().line()).isPositive();
    Matcher line = LINE.matcher(report);
    if (line.matches()) {
      assertThat(error.location().line()).isEqualTo(Integer.parseInt(line.group(1)));
      report = line.group(2);
    }
    for (String part : parts(report)) {
      assertThat(error.toString().toLowerCase(Locale.ROOT)).contains(part);
    }
  }

  /// A report may begin with the reason for which HTCondor would hold the job.
  private static List<String> parts(String report) {
    List<String> parts = new ArrayList<>();
    for (String part : report.split(": ", -1)) {
      parts.add(part.toLowerCase(Locale.ROOT));
    }
    return parts;
  }
}
