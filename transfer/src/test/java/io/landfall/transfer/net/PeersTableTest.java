package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The table of what other programs say of our images names tests that there are.
class PeersTableTest {
  private static final Pattern PROOF = Pattern.compile("`(\\w+(?:IT|Test))\\.(\\w+)`");

  @Test
  void everyProofIsATest() throws IOException {
    Map<String, Path> classes = new HashMap<>();
    for (String tests : List.of("src/test/java", "../snapshot/src/test/java")) {
      try (Stream<Path> files = Files.walk(Path.of(tests))) {
        files.forEach(file -> classes.put(file.getFileName().toString(), file));
      }
    }
    String document = Files.readString(Path.of("../snapshot/FORMATS.md"));
    String table = document.substring(document.indexOf("## Who says so"));
    var proofs = PROOF.matcher(table);
    int found = 0;
    while (proofs.find()) {
      String file = proofs.group(1) + ".java";
      assertThat(classes).containsKey(file);
      assertThat(classes.get(file)).content().contains("void " + proofs.group(2) + "(");
      found++;
    }
    assertThat(found).isGreaterThan(35);
  }
}
