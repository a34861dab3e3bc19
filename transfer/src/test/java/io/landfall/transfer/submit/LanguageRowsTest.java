package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.Location;
import io.landfall.transfer.config.MemoryFiles;
import io.landfall.transfer.config.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every statement of the submit description language, from the table `language/language.txt`: the
/// text of a submit file, and the jobs, attributes, errors and warnings that must come of it.
class LanguageRowsTest {
  private static final Map<String, String> REST =
      Map.of(
          "universe", "vm",
          "executable", "$(R)",
          "vm_type", "kvm",
          "vm_memory", "256",
          "vm_disk", "guest.img:vda:w",
          "transfer_input_files", "guest.img");

  private static final Pattern PROBLEM =
      Pattern.compile("(error|warning) (\\d+):(\\d+) (.+)", Pattern.DOTALL);

  /// A row of the table.
  static final class Row {
    final String name;
    final StringBuilder text = new StringBuilder();
    final MemoryFiles files = Submits.home();
    final List<String> values = new ArrayList<>();
    final List<String> attributes = new ArrayList<>();
    final List<String> problems = new ArrayList<>();
    int jobs = -1;
    String id;

    Row(String name) {
      this.name = name;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    try (InputStream in = LanguageRowsTest.class.getResourceAsStream("/language/language.txt")) {
      Iterator<String> lines =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .replace("\\x1F", "\u001f")
              .lines()
              .iterator();
      boolean expected = true;
      while (lines.hasNext()) {
        String line = lines.next();
        Row row = rows.isEmpty() ? null : rows.getLast();
        if (line.startsWith("== ")) {
          rows.add(new Row(line.substring(3)));
          expected = false;
        } else if (line.equals("--")) {
          expected = true;
        } else if (line.startsWith("file ")) {
          row.files.with("/home/u/" + line.substring(5), block(lines));
        } else if (!expected) {
          row.text.append(line).append('\n');
        } else if (row != null && !line.isEmpty()) {
          expect(row, line);
        }
      }
    }
    return rows.stream();
  }

  private static String block(Iterator<String> lines) {
    StringBuilder text = new StringBuilder();
    for (String line = lines.next(); !line.equals("end"); line = lines.next()) {
      text.append(line).append('\n');
    }
    return text.toString();
  }

  private static void expect(Row row, String line) {
    if (line.startsWith("R = ")) {
      row.values.add(line.substring(4));
    } else if (line.startsWith("jobs ")) {
      row.jobs = Integer.parseInt(line.substring(5));
    } else if (line.startsWith("id ")) {
      row.id = line.substring(3);
    } else if (line.contains(" := ")) {
      row.attributes.add(line);
    } else {
      assertThat(line).matches(PROBLEM);
      row.problems.add(line);
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void means(Row row) {
    String text = row.text.toString();
    if (!Pattern.compile("(?im)^queue\\b").matcher(text).find()) {
      text += "queue\n";
    }
    row.files.with("/home/u/job.sub", text);
    Submission submission =
        SubmitFile.parse(Path.of("/home/u/job.sub"), Submits.context(row.files).withMacros(REST));
    assertThat(row.problems).as("%s", submission.problems()).hasSameSizeAs(submission.problems());
    for (String problem : row.problems) {
      assertThat(submission.problems()).anyMatch(found -> fits(problem, found));
    }
    boolean refused = row.problems.stream().anyMatch(p -> p.startsWith("error"));
    assertThat(submission.valid()).isEqualTo(!refused);
    if (refused) {
      assertThat(submission.jobs()).isEmpty();
      return;
    }
    assertThat(row.values.isEmpty() && row.jobs < 0).as("nothing expected").isFalse();
    if (row.jobs >= 0) {
      assertThat(submission.jobs()).hasSize(row.jobs);
    }
    if (!row.values.isEmpty()) {
      assertThat(submission.jobs())
          .extracting(VmJob::executable)
          .containsExactlyElementsOf(row.values);
    }
    if (row.id != null) {
      assertThat(submission.jobs().getLast().id()).isEqualTo(row.id);
    }
    for (String attribute : row.attributes) {
      String[] parts = attribute.split(" := ", 2);
      assertThat(submission.jobs().getLast().attributes()).containsEntry(parts[0], parts[1]);
    }
  }

  private static boolean fits(String expected, Problem found) {
    Matcher m = PROBLEM.matcher(expected);
    Location where = found.location();
    return m.matches()
        && found.severity().toString().equals(m.group(1))
        && where.line() == Integer.parseInt(m.group(2))
        && where.column() == Integer.parseInt(m.group(3))
        && (found.message() + " (" + found.remedy() + ")").contains(m.group(4));
  }

  @Test
  void theTableHasRowsOfBothRanks() throws IOException {
    assertThat(rows().map(row -> row.name))
        .anyMatch(n -> n.startsWith("P2 "))
        .hasSizeGreaterThan(80);
    assertThat(rows().map(row -> row.name)).doesNotHaveDuplicates();
  }
}
