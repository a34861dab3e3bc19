package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The table of what other programs say of our images names tests that there are.
class PeersTableTest {
  private static final Pattern PROOF = Pattern.compile("`(\\w+(?:IT|Test))\\.(\\w+)`");

  @Test
  void everyProofIsATest() throws IOException {
    Map<String, Path> classes;
    try (Stream<Path> files =
        Stream.concat(
            Files.walk(Path.of("src/test/java")),
            Files.walk(Path.of("../snapshot/src/test/java")))) {
      classes =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .collect(
                  Collectors.toMap(
                      file -> file.getFileName().toString().replace(".java", ""),
                      file -> file,
                      (a, _) -> a));
    }
    String document = Files.readString(Path.of("../snapshot/FORMATS.md"));
    String table = document.substring(document.indexOf("## Who says so"));
    var proofs = PROOF.matcher(table);
    int found = 0;
    while (proofs.find()) {
      assertThat(classes).containsKey(proofs.group(1));
      assertThat(classes.get(proofs.group(1))).content().contains("void " + proofs.group(2) + "(");
      found++;
    }
    assertThat(found).isGreaterThan(35);
  }
}
