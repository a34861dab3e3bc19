package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.demo.AgentProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `landfall copy` against an agent in a process of its own, both ways.
@Timeout(120)
class CopyCommandIT {
  @TempDir Path directory;
  private AgentProcess agent;
  private Path there;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws IOException, InterruptedException {
    there = Files.createDirectory(directory.resolve("there"));
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("LANDFALL_ROLES", "EXECUTE");
    settings.put("LANDFALL_HYPERVISOR", "simulated");
    settings.put("LANDFALL_PORT", "0");
    settings.put("EXECUTE", directory.resolve("execute").toString());
    settings.put("LANDFALL_COPY_DIRECTORIES", "images=" + there);
    agent = AgentProcess.start(directory.resolve("agent"), settings);
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private String at(String path) {
    return "landfall://127.0.0.1:" + agent.address().getPort() + "/" + path;
  }

  private int copy(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "copy";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(all);
  }

  private static Path random(Path file, int bytes, long seed) throws IOException {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  @Test
  void imageComesAndGoes() throws IOException {
    Path image = random(there.resolve("a.img"), 3 << 20, 1);
    Path here = directory.resolve("here.img");
    assertThat(copy(at("images/a.img"), here.toString())).as(err.toString()).isZero();
    assertThat(here).hasSameBinaryContentAs(image);
    assertThat(copy("--json", here.toString(), at("images/b.img"))).as(err.toString()).isZero();
    assertThat(there.resolve("b.img")).hasSameBinaryContentAs(image);
    assertThat(out.toString()).contains("\"pulled\":3145728");
    assertThat(copy(here.toString(), at("images/b.img"))).isEqualTo(1);
    assertThat(err.toString()).contains("exists already");
  }

  @Test
  void directoryComesAndGoes() throws IOException {
    Path tree = directory.resolve("vm");
    for (int i = 0; i < 100; i++) {
      random(tree.resolve("d" + i % 7).resolve("f" + i), 1000 + i, i);
    }
    random(tree.resolve("disk.vmdk"), 10 << 20, 5);
    random(tree.resolve("vm.log"), 10, 6);
    assertThat(copy("--exclude", "*.log", tree.toString(), at("images/vm")))
        .as(err.toString())
        .isZero();
    assertThat(there.resolve("vm/d3/f3")).hasSameBinaryContentAs(tree.resolve("d3/f3"));
    assertThat(there.resolve("vm/disk.vmdk")).hasSameBinaryContentAs(tree.resolve("disk.vmdk"));
    assertThat(there.resolve("vm/vm.log")).doesNotExist();

    Path back = Files.createDirectory(directory.resolve("back"));
    assertThat(copy(at("images/vm"), back.toString())).as(err.toString()).isZero();
    assertThat(back.resolve("vm/d3/f3")).hasSameBinaryContentAs(tree.resolve("d3/f3"));
  }

  @Test
  void dryRunSaysWhatWouldBeCopiedAndCopiesNothing() throws IOException {
    random(there.resolve("a.img"), 1 << 20, 1);
    assertThat(copy("--dry-run", at("images/a.img"), directory.resolve("x").toString())).isZero();
    assertThat(out.toString()).contains("1.00 MiB of data").contains("predicted: ");
    assertThat(directory.resolve("x")).doesNotExist();
  }

  @Test
  void onlyWhatIsConfiguredIsGivenOrTaken() throws IOException {
    Path here = random(directory.resolve("here"), 10, 1);
    String to = directory.resolve("x").toString();
    assertThat(copy(at("etc/passwd"), to)).isEqualTo(1);
    assertThat(err.toString()).contains("in none of this agent's LANDFALL_COPY_DIRECTORIES");
    assertThat(copy(at("images/../agent/log"), to)).isEqualTo(1);
    assertThat(err.toString()).contains("is not a plain name inside the tree");
    assertThat(copy(here.toString(), at("images/../x"))).isEqualTo(1);
    Files.createSymbolicLink(there.resolve("out"), directory);
    assertThat(copy(at("images/out/here"), to)).isEqualTo(1);
    assertThat(copy(here.toString(), at("images/out/new"))).isEqualTo(1);
    assertThat(directory.resolve("new")).doesNotExist();
    assertThat(copy(at("images/nothing"), to)).isEqualTo(4);
    assertThat(copy(here.toString(), to)).isEqualTo(2);
  }
}
