package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ManPageTest {
  @TempDir private Path dir;

  @Test
  void everyCommandHasAPageWithItsOptionsAndAnExampleWhereTheHelpHasOne() throws Exception {
    assertThat(run("man", "--directory", dir.toString())).isEmpty();
    try (Stream<Path> pages = Files.list(dir)) {
      assertThat(pages.map(p -> p.getFileName().toString()))
          .contains("landfall.1", "landfall-agent.1", "landfall-checkpoint-restore.1");
    }
    String agent = Files.readString(dir.resolve("landfall-agent.1"));
    assertThat(agent)
        .startsWith(".TH \"LANDFALL\\-AGENT\" 1 ")
        .contains(".SH NAME\nlandfall\\-agent \\- The daemon of")
        .contains(".B \"\\-\\-config=FILE\"\n")
        .contains(".SH EXIT STATUS\n", ".SH EXAMPLES\n.nf\nlandfall agent \\-\\-set");
    assertThat(Files.readString(dir.resolve("landfall.1")))
        .contains(".B \"checkpoint\"\n")
        .contains("See landfall\\-checkpoint(1).");
  }

  @Test
  void whatTheMacroProcessorWouldTakeAsItsOwnIsText() {
    CommandLine command = new CommandLine(new Awkward());
    assertThat(ManPage.of(command))
        .contains("\n\\&.hidden files are \\ekept\n")
        .contains("\n.B \"\\-\\-say=\\(dqWORD\\(dq\"\n")
        .contains("\n\\&'tis all\n");
  }

  @Test
  void aPageOfACommandThatDoesNotExistIsRefused() {
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setErr(new PrintWriter(err));
    assertThat(line.execute("man", "chekpoint")).isEqualTo(2);
    assertThat(err.toString()).contains("there is no command chekpoint");
  }

  @Test
  void completionKnowsCommandsAndOptions() {
    assertThat(run("completion"))
        .contains("complete -F _complete_landfall", "checkpoint", "--show-config");
  }

  private static String run(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out));
    assertThat(line.execute(arguments)).as(List.of(arguments).toString()).isZero();
    return out.toString();
  }

  @CommandLine.Command(
      name = "awkward",
      description = {".hidden files are \\kept", "'tis all"})
  private static final class Awkward implements Runnable {
    @CommandLine.Option(names = "--say", paramLabel = "\"WORD\"", description = "a word")
    private String word;

    @Override
    public void run() {
      throw new AssertionError(word);
    }
  }
}
