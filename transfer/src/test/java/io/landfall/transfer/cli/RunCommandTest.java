package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// A submit file that cannot work: one clear sentence, exit 3, nothing created.
class RunCommandTest {
  @TempDir Path directory;

  private Path state;

  @BeforeEach
  void imageIsThere() throws IOException {
    state = directory.resolve("state");
    Files.write(directory.resolve("guest.img"), new byte[1 << 16]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          64 | guest.img:vda         | guest.img   | vm_disk
          0  | guest.img:vda:w:raw   | guest.img   | vm_memory
          64 | absent.img:vda:w:raw  | absent.img  | absent.img
          64 | ../guest.img:vda:w    | guest.img   | guest.img
          64 | guest.img:vda:w:raw   | ../x/guest.img | guest.img
          """)
  void isRefusedWithOneSentence(int memory, String disk, String input, String named)
      throws IOException {
    Path file = submitFile(memory, disk, input);

    Result result = run(file);

    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(file.getFileName().toString()).contains(named);
    assertThat(state).doesNotExist();
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("guest.img", "my.sub");
  }

  @Test
  void anImageThatIsNotWhatItIsSaidToBeIsRefused() throws IOException {
    Result result = run(submitFile(64, "guest.img:vda:w:qcow2", "guest.img"));

    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err()).contains("guest.img").contains("qcow2");
    assertThat(state).doesNotExist();
  }

  private record Result(int exitCode, String err) {}

  private Result run(Path file) {
    StringWriter err = new StringWriter();
    CommandLine landfall = Main.commandLine().setErr(new PrintWriter(err, true));
    int exitCode = landfall.execute("run", "--state", state.toString(), file.toString());
    return new Result(exitCode, err.toString());
  }

  private Path submitFile(int memory, String disk, String input) throws IOException {
    return Files.writeString(
        directory.resolve("my.sub"),
        """
        universe             = vm
        executable           = mine
        vm_type              = kvm
        initialdir           = %s
        vm_memory            = %d
        vm_disk              = %s
        transfer_input_files = %s
        queue
        """
            .formatted(directory, memory, disk, input));
  }
}
