package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/// Every command that the documents name is one: its verbs and its options exist. What it works on
/// is only an example there.
class DocumentedCommandsTest {
  private static final Path ROOT = Path.of("..");

  /// Of the launcher, of the module that measures, and the first line of a store's format file.
  private static final Set<String> ELSEWHERE = Set.of("test", "bench", "store");

  private static final Pattern INLINE = Pattern.compile("`((?:\\./)?landfall [^`]+)`");
  private static final Pattern LINE = Pattern.compile("(?:.*:  )?(?:\\$ )?((?:\\./)?landfall .*)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  private static Stream<Path> documents() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT, 2)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList().stream();
    }
  }

  @Test
  void thereAreCommandsInTheDocuments() throws Exception {
    assertThat(commands(ROOT.resolve("README.md"))).hasSizeGreaterThan(12);
    assertThat(commands(Path.of("OPERATIONS.md"))).hasSizeGreaterThan(40);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void theCommandLineKnowsWhatADocumentNames(Path document) throws Exception {
    List<String> unknown = new ArrayList<>();
    for (String command : commands(document)) {
      try {
        Main.commandLine().parseArgs(words(command).toArray(String[]::new));
      } catch (CommandLine.MissingParameterException e) {
        // a mention of a command, without what it works on
      } catch (CommandLine.ParameterException e) {
        unknown.add(command + ": " + e.getMessage());
      }
    }
    assertThat(unknown).isEmpty();
  }

  private static List<String> commands(Path document) throws IOException {
    List<String> commands = new ArrayList<>();
    boolean code = false;
    for (String line : Files.readAllLines(document)) {
      if (line.startsWith("```")) {
        code = !code;
      } else if (code) {
        Matcher matcher = LINE.matcher(line);
        if (matcher.matches()) {
          for (String part : matcher.group(1).split(" # | \\| |; ", -1)) {
            add(commands, part);
          }
        }
      } else {
        Matcher matcher = INLINE.matcher(line);
        while (matcher.find()) {
          add(commands, matcher.group(1));
        }
      }
    }
    return commands;
  }

  private static void add(List<String> commands, String text) {
    String stripped = text.strip().replaceFirst("^\\./", "");
    boolean open = stripped.contains("…") || stripped.contains("...");
    if (stripped.startsWith("landfall ")
        && !open
        && !ELSEWHERE.contains(words(stripped).getFirst())) {
      commands.add(stripped);
    }
  }

  /// After `landfall`; what is in brackets may be given.
  private static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Matcher matcher =
        WORD.matcher(command.substring("landfall".length()).replaceAll("[\\[\\]]", ""));
    while (matcher.find()) {
      for (int group = 1; group <= 3; group++) {
        if (matcher.group(group) != null) {
          words.add(matcher.group(group));
        }
      }
    }
    return words;
  }
}
