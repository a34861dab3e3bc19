package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `OPERATIONS.md` explains every rule that the code can name, and no other.
class OperationsTest {

  @Test
  void everyRuleIsExplained() throws IOException {
    Set<String> named = new TreeSet<>();
    for (String room : new String[] {"config", "submit"}) {
      try (Stream<Path> files =
          Files.walk(Path.of("src/main/java/io/landfall/transfer").resolve(room))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          collect("\"([STL]\\d\\d)\"", Files.readString(file), named);
        }
      }
    }
    Set<String> explained = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("OPERATIONS.md"))) {
      if (line.matches("\\| [STL]\\d\\d[ STL0-9]* \\|.*")) {
        collect("([STL]\\d\\d)", line.substring(0, line.indexOf('|', 1)), explained);
      }
    }
    assertThat(named).hasSizeGreaterThan(35);
    assertThat(explained).isEqualTo(named);
  }

  private static void collect(String pattern, String text, Set<String> into) {
    Matcher m = Pattern.compile(pattern).matcher(text);
    while (m.find()) {
      into.add(m.group(1));
    }
  }
}
