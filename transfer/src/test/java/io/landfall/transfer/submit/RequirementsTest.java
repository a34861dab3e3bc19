package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Which test, sample or page proves which statement of HTCondor's manual: the table is
/// `requirements.txt`, and every proof that it names must be there.
class RequirementsTest {
  private static final int STATEMENTS = 93;
  private static final int HOLD_REASONS = 13;
  private static final String BASE = "io.landfall.transfer.";
  private static final String PAGE = "page:";

  /// What a VMware host does with a job.
  @TestFactory
  Stream<DynamicTest> everyProofIsThere() throws IOException {
    return table().entrySet().stream()
        .map(row ->
            dynamicTest(
                row.getKey(),
                () -> assertThat(row.getValue()).isNotEmpty().allMatch(RequirementsTest::exists)));
  }

  @Test
  void everyStatementHasARow() throws IOException {
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= STATEMENTS; i++) {
      all.add("R" + i);
    }
    for (int i = 1; i <= HOLD_REASONS; i++) {
      all.add("R93." + i);
    }
    assertThat(table().keySet()).containsExactlyElementsOf(all);
  }

  private static Map<String, List<String>> table() throws IOException {
    Map<String, List<String>> table = new LinkedHashMap<>();
    try (InputStream in = RequirementsTest.class.getResourceAsStream("/requirements.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> l.startsWith("R")).toList()) {
        int colon = line.indexOf(':');
        table.put(line.substring(0, colon), List.of(line.substring(colon + 2).split(", ", -1)));
      }
    }
    return table;
  }

  private static boolean exists(String proof) {
    int hash = proof.indexOf('#');
    if (proof.startsWith(PAGE)) {
      return stands(proof.substring(PAGE.length(), hash), proof.substring(hash + 1));
    }
    if (hash < 0) {
      return Stream.of("/submit/", "/submit/invalid/")
          .anyMatch(at -> RequirementsTest.class.getResource(at + proof + ".sub") != null);
    }
    try {
      return Arrays.stream(Class.forName(BASE + proof.substring(0, hash)).getDeclaredMethods())
          .filter(m -> m.getName().equals(proof.substring(hash + 1)))
          .anyMatch(RequirementsTest::isTest);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static boolean stands(String page, String text) {
    try {
      return Files.readString(Path.of("..").resolve(page)).contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isTest(Method method) {
    return Arrays.stream(method.getAnnotations())
        .map(Annotation::annotationType)
        .anyMatch(a -> a.getSimpleName().endsWith("Test"));
  }
}
