package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.index.IndexSettings;
import io.landfall.transfer.testing.ServedDisk;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A checkpoint's disk over NBD, as the clients of libnbd and QEMU see it.
class CheckpointServeIT {
  private static final int SIZE = 24 << 20;

  @TempDir private Path dir;
  private Path image;
  private Path spool;
  private CheckpointRecord checkpoint;
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void aCheckpointOfTwoDisks() throws IOException {
    image = dir.resolve("disk.img");
    spool = Files.createDirectory(dir.resolve("spool"));
    byte[] bytes = new byte[5 << 20];
    new Random(6).nextBytes(bytes);
    StoreSettings settings = StoreSettings.defaults().withIndex(new IndexSettings(8 << 20));
    try (RawFile disk = RawFile.create(image, SIZE);
        CheckpointStore store = CheckpointStore.open(spool.resolve("landfall"), settings)) {
      disk.write(0, ByteBuffer.wrap(bytes));
      disk.write(SIZE - 300_000, ByteBuffer.wrap(bytes, 0, 300_000));
      CheckpointDraft draft =
          new CheckpointDraft(
              new JobKey("submit.example", "alice", 12, 0), Optional.empty(), "exec", "{}");
      try (CheckpointWriter writer = store.begin(draft)) {
        for (String device : new String[] {"vda", "vdb"}) {
          writer.addDevice(
              CheckpointWriter.Kind.DISK,
              device,
              disk,
              Baseline.none(),
              Optional.empty(),
              done -> {});
        }
        checkpoint = writer.commit();
      }
    }
  }

  private ServedDisk serve(String... more) throws IOException {
    String[] all = {
      "checkpoint",
      "serve",
      checkpoint.id().text(),
      "--device",
      "vda",
      "--spool",
      spool.toString(),
      "--socket",
      dir.resolve("nbd.sock").toString()
    };
    String[] command = Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, command, all.length, more.length);
    return ServedDisk.start(command);
  }

  @Test
  void isReadAsItWasStoredAndCannotBeWritten() throws Exception {
    try (ServedDisk served = serve()) {
      assertThat(Tools.run("nbdinfo", "--json", served.uri()))
          .contains("\"export-size\": " + SIZE)
          .contains("\"is_read_only\": true")
          .contains("checkpoint " + checkpoint.id() + ", vda");
      assertThat(Tools.run("nbdinfo", "--map", "--totals", served.uri())).contains("hole,zero");
      for (String connections : new String[] {"1", "4"}) {
        Path out = dir.resolve("out" + connections);
        Tools.run("nbdcopy", "--connections=" + connections, served.uri(), out.toString());
        assertThat(Files.mismatch(image, out)).isEqualTo(-1);
      }
      Process write =
          new ProcessBuilder("qemu-io", "-f", "raw", "-c", "write 0 4096", served.uri())
              .redirectErrorStream(true)
              .start();
      String said = new String(write.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(write.waitFor()).as(said).isNotZero();
    }
  }

  @Test
  void isWrittenAsideAndStaysWhatItIs() throws Exception {
    try (ServedDisk served = serve("--scratch")) {
      String said =
          Tools.run(
              "qemu-io",
              "-f",
              "raw",
              "-c",
              "write -P 7 1000k 3M",
              "-c",
              "write -f -P 8 20M 64k",
              "-c",
              "write -z 0 128k",
              "-c",
              "discard 2M 1M",
              "-c",
              "read -P 7 1000k 1M",
              "-c",
              "read -P 8 20M 64k",
              "-c",
              "read -P 0 0 128k",
              "-c",
              "read -P 0 2M 1M",
              served.uri());
      assertThat(said).doesNotContain("failed").doesNotContain("error");
      Path whole = dir.resolve("written.img");
      Tools.run("nbdcopy", served.uri(), whole.toString());
      assertThat(Files.mismatch(image, whole)).isZero(); // -z at 0, for every later reader too
    }
    try (ServedDisk again = serve("--scratch")) {
      assertThat(
              Tools.run(
                  "qemu-img", "compare", "-f", "raw", "-F", "raw", again.uri(), image.toString()))
          .contains("identical");
    }
    assertThat(run("checkpoint", "verify", "--spool", spool.toString())).isZero();
  }

  @Test
  void oneOfSeveralDisksMustBeNamed() {
    assertThat(run("checkpoint", "serve", checkpoint.id().text(), "--spool", spool.toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--device takes one of vda, vdb");
    assertThat(
            run(
                "checkpoint",
                "serve",
                checkpoint.id().text(),
                "--device",
                "vdc",
                "--spool",
                spool.toString()))
        .isEqualTo(4);
    assertThat(err.toString()).contains("has no vdc");
  }

  /// What a client has flushed outlives the server.
  @Test
  void flushedWritesSurviveAKill() throws Exception {
    Path raw = dir.resolve("written.img");
    RawFile.create(raw, 8 << 20).close();
    ServedDisk served =
        ServedDisk.start(
            "image",
            "serve",
            "raw:" + raw,
            "--writable",
            "--socket",
            dir.resolve("nbd.sock").toString());
    try (served) {
      Tools.run(
          "qemu-io",
          "-f",
          "raw",
          "-c",
          "write -P 5 1M 2M",
          "-c",
          "flush",
          "-c",
          "write -f -P 6 5M 64k",
          served.uri());
      served.kill();
    }
    assertThat(
            Tools.run(
                "qemu-io",
                "-f",
                "raw",
                "-c",
                "read -P 5 1M 2M",
                "-c",
                "read -P 6 5M 64k",
                raw.toString()))
        .doesNotContain("failed");
  }

  private int run(String... command) {
    return Main.commandLine()
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(err, true))
        .execute(command);
  }
}
