package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.ControlJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `landfall check`, with real files.
class CheckCommandTest {
  @TempDir private Path dir;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void image() throws IOException {
    Files.write(dir.resolve("guest.img"), new byte[5000]);
  }

  private int check(String text, String... options) throws IOException {
    Path file = Files.writeString(dir.resolve("job.sub"), text);
    String[] arguments = new String[options.length + 1];
    System.arraycopy(options, 0, arguments, 0, options.length);
    arguments[options.length] = file.toString();
    return run(arguments);
  }

  private int run(String... arguments) {
    return new CommandLine(new CheckCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private String valid() {
    return """
    universe = vm
    executable = guest
    vm_type = kvm
    vm_memory = $(Size:256)
    vm_disk = guest.img:vda:w
    transfer_input_files = guest.img
    initialdir = %s
    queue 2
    """
        .formatted(dir);
  }

  @Test
  void printsTheAdOfEachJob() throws IOException {
    assertThat(check(valid())).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .contains("ProcId = 0\n", "ProcId = 1\n", "JobVMMemory = 256\n", "DiskUsage = 262149\n")
        .contains("\nRequirements = TARGET.Arch == ");
  }

  @Test
  void printsEveryProblemOfAnInvalidFile() throws IOException {
    assertThat(check(valid().replace("kvm", "qemu").replace("guest.img:vda:w", "guest.img:vda")))
        .isEqualTo(3);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("job.sub:3:11: error [T04]: vm_type"),
            line -> assertThat(line).contains("job.sub:5:11: error [S12]: vm_disk"));
  }

  @Test
  void jsonHoldsBothAdsAndProblems() throws IOException {
    assertThat(check(valid() + "unused = 1\n", "--json")).isZero();
    CheckCommand.Report report = ControlJson.read(out.toString(), CheckCommand.Report.class);
    assertThat(report.valid()).isTrue();
    assertThat(report.jobs()).extracting(CheckCommand.JobReport::job).containsExactly("1.0", "1.1");
    assertThat(report.jobs().getFirst().ad()).containsEntry("JobVMType", "\"kvm\"");
    assertThat(report.problems())
        .singleElement()
        .satisfies(p -> assertThat(p.severity()).isEqualTo("warning"))
        .satisfies(p -> assertThat(p.line()).isEqualTo(9));
  }

  @Test
  void settingsOfTheConfigurationAreMacros() throws IOException {
    Path config =
        Files.writeString(
            dir.resolve("landfall.conf"),
            "Size = 2 * 1024\nAPPEND_REQUIREMENTS = TARGET.Good\nUID_DOMAIN = example.org\n");
    assertThat(check(valid().replace("$(Size:256)", "$INT(Size)"), "--config", config.toString()))
        .isZero();
    assertThat(out.toString())
        .contains("JobVMMemory = 2048\n", "@example.org\"", "Requirements = (TARGET.Good) && ");
  }

  @Test
  void aBadConfigurationIsNamed() throws IOException {
    Path config = Files.writeString(dir.resolve("landfall.conf"), "nonsense\n");
    assertThat(check(valid(), "--config", config.toString())).isEqualTo(3);
    assertThat(err.toString()).contains("landfall.conf:1:1: error");
  }

  @Test
  void aMissingFileIsNotFound() {
    assertThat(run(dir.resolve("none.sub").toString())).isEqualTo(4);
    assertThat(err.toString()).contains("none.sub: no such file");
  }
}
