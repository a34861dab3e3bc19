package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `landfall run` with a user's own submit file and image, on real QEMU.
class RunEndToEndIT {
  @TempDir Path directory;

  private Path results;

  @BeforeEach
  void resultsHaveADirectory() throws IOException {
    results = Files.createDirectory(directory.resolve("results"));
  }

  @Test
  void aRawImageComesBackModified() throws Exception {
    Path image = rawImage();
    byte[] before = Files.readAllBytes(image);

    assertThat(run(submitFile(image, "raw"))).isZero();

    assertThat(Files.readAllBytes(image)).as("the original").isEqualTo(before);
    assertWorkIsDone(ImageFormat.RAW);
  }

  @Test
  void aQcow2ImageComesBackAsQcow2() throws Exception {
    Path image = directory.resolve("guest.qcow2");
    Tools.run("qemu-img", "convert", "-O", "qcow2", rawImage().toString(), image.toString());

    assertThat(run(submitFile(image, "qcow2"))).isZero();

    Tools.run("qemu-img", "check", results.resolve("guest.qcow2").toString());
    assertWorkIsDone(ImageFormat.QCOW2);
  }

  @Test
  void aSecondRunMovesNothing() throws Exception {
    Path file = submitFile(rawImage(), "raw");
    assertThat(run(file)).isZero();

    StringWriter out = new StringWriter();
    assertThat(run(file, out, "--json")).isZero();

    assertThat(out.toString().lines().filter(line -> line.contains("\"event\":\"Landed\"")))
        .singleElement()
        .asString()
        .contains("\"pulled\":0");
  }

  private Path rawImage() throws Exception {
    Tools.need("qemu-system-x86_64", "qemu-img");
    Path image = directory.resolve("guest.img");
    Tools.run("qemu-img", "create", "-f", "raw", image.toString(), "64M");
    try (RawFile disk = RawFile.openWritable(image)) {
      WorkProgram.install(disk, new WorkPlan(20, Duration.ofMillis(20)));
    }
    return image;
  }

  private Path submitFile(Path image, String format) throws IOException {
    return Files.writeString(
        directory.resolve("my.sub"),
        """
        universe             = vm
        executable           = mine
        vm_type              = kvm
        vm_memory            = 32
        vm_disk              = %s:vda:w:%s
        transfer_input_files = %s
        initialdir           = %s
        queue
        """
            .formatted(image.getFileName(), format, image, results));
  }

  private int run(Path file) {
    return run(file, new StringWriter());
  }

  private int run(Path file, StringWriter out, String... more) {
    CommandLine landfall = Main.commandLine().setOut(new PrintWriter(out, true));
    String[] arguments = new String[5 + more.length + 1];
    arguments[0] = "run";
    arguments[1] = "--state";
    arguments[2] = directory.resolve("state").toString();
    arguments[3] = "--hypervisor";
    arguments[4] = "qemu";
    System.arraycopy(more, 0, arguments, 5, more.length);
    arguments[arguments.length - 1] = file.toString();
    return landfall.execute(arguments);
  }

  private void assertWorkIsDone(ImageFormat format) throws IOException {
    String name = format == ImageFormat.RAW ? "guest.img" : "guest.qcow2";
    try (BlockDevice disk = format.open(results.resolve(name))) {
      WorkLog log = WorkLog.read(disk);
      assertThat(log.complete()).as(log.toString()).isTrue();
    }
  }
}
