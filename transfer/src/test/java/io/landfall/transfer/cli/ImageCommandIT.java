package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.testing.Tools;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ImageCommandIT {
  private static final int SIZE = 8 << 20;

  @TempDir private Path dir;
  private Path raw;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void image() throws Exception {
    raw = dir.resolve("disk.img");
    byte[] bytes = new byte[1 << 20];
    new Random(5).nextBytes(bytes);
    try (RawFile file = RawFile.create(raw, SIZE)) {
      file.write(0, ByteBuffer.wrap(bytes));
      file.write(4 << 20, ByteBuffer.wrap(bytes, 0, 128 << 10));
    }
  }

  private int image(Object... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] words = new String[arguments.length + 1];
    words[0] = "image";
    for (int i = 0; i < arguments.length; i++) {
      words[i + 1] = arguments[i].toString();
    }
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(words);
  }

  @Test
  void convertsThereAndBackAsQemuDoes() throws Exception {
    String[] forms = {"qcow2", "qcow2-deflate", "qcow2-zstd", "vmdk-stream", "vmdk-sparse"};
    for (String form : forms) {
      Path converted = dir.resolve(form);
      assertThat(image("convert", "raw:" + raw, converted, "--to", form))
          .as(err.toString())
          .isZero();
      String format = form.startsWith("qcow2") ? "qcow2" : "vmdk";
      Tools.run(
          "qemu-img", "compare", "-f", "raw", "-F", format, raw.toString(), converted.toString());
      Path back = dir.resolve(form + ".raw");
      assertThat(image("convert", converted, back)).isZero();
      assertThat(Files.mismatch(raw, back)).isEqualTo(-1);
      assertThat(image("check", converted)).isZero();
    }
    Path ova = dir.resolve("disk.ova");
    assertThat(image("convert", "raw:" + raw, ova)).isZero();
    assertThat(image("convert", ova, dir.resolve("from-ova.qcow2"))).isZero();
    assertThat(image("diff", "raw:" + raw, dir.resolve("from-ova.qcow2"))).isZero();
    assertThat(image("check", ova)).isZero();
    assertThat(out.toString()).contains("digests of its manifest agree");
  }

  @Test
  void showsWhatLiesWhere() throws Exception {
    assertThat(image("map", "raw:" + raw)).isZero();
    assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
        .containsExactly(
            "0 1048576 data",
            "1048576 3145728 hole",
            "4194304 131072 data",
            "4325376 4063232 hole");
    assertThat(image("map", "--picture", "raw:" + raw)).isZero();
    String first = out.toString().lines().findFirst().orElseThrow();
    assertThat(first).isEqualTo("#".repeat(64));
    assertThat(out.toString()).contains("# data 1.1");
    assertThat(image("map", "--json", "raw:" + raw)).isZero();
    assertThat(out.toString()).contains("\"sizeBytes\"").contains("\"HOLE\"");
  }

  @Test
  void showsWhatAnOverlayIsAndWhatItChanges() throws Exception {
    Path overlay = dir.resolve("o.qcow2");
    Tools.run(
        "qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", raw.toString(), overlay.toString());
    Tools.run("qemu-io", "-f", "qcow2", "-c", "write -P 3 2M 64k", overlay.toString());
    assertThat(image("info", overlay)).isZero();
    assertThat(out.toString()).contains("qcow2").contains(raw + " (a name; nothing opens it)");
    assertThat(image("info", "--json", overlay)).isZero();
    assertThat(out.toString()).contains("\"dataBytes\"");
    assertThat(image("diff", "raw:" + raw, overlay, "--base", "raw:" + raw)).isEqualTo(1);
    assertThat(out.toString()).contains("2097152          65536").contains("64.0 KiB of 8.00 MiB");
    assertThat(image("convert", overlay, dir.resolve("no.raw"))).isEqualTo(3);
    assertThat(err.toString()).contains("never opened");
    assertThat(dir.resolve("no.raw")).doesNotExist();
  }

  @Test
  void listsBitmaps() throws Exception {
    Path image = dir.resolve("b.qcow2");
    Tools.run("qemu-img", "create", "-f", "qcow2", image.toString(), "8M");
    Tools.run("qemu-img", "bitmap", "--add", image.toString(), "since-monday");
    Tools.run("qemu-img", "bitmap", "--add", "--disable", "-g", "128k", image.toString(), "before");
    assertThat(image("info", image)).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("bitmap")))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("since-monday, a bit for 64.0 KiB").contains("auto"),
            line -> assertThat(line).endsWith("before, a bit for 128.0 KiB (131072)"));
    assertThat(image("info", "--json", image)).isZero();
    assertThat(out.toString()).contains("\"since-monday\"").contains("131072");
  }

  @Test
  void damageAndAbsenceHaveTheirExitCodes() throws Exception {
    Path broken =
        Files.write(
            dir.resolve("broken"), "QFI\u00fbgarbage".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(image("check", broken)).isEqualTo(3);
    assertThat(image("info", dir.resolve("nowhere"))).isEqualTo(4);
    assertThat(image("convert", "raw:" + raw, dir.resolve("x"), "--to", "floppy")).isEqualTo(2);
    assertThat(image("convert", "raw:" + raw, raw, "--to", "raw")).isEqualTo(1);
    assertThat(image("serve", "raw:" + raw, "--listen", "0.0.0.0:0")).isEqualTo(1);
    assertThat(err.toString()).contains("give --tls");
  }
}
