package io.landfall.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.testing.ChildJvm;
import io.landfall.store.testing.Contents;
import io.landfall.store.testing.CrashWorkload;
import io.landfall.store.testing.Inspect;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Looking into a store beside a process that writes to it, and what looking does not do.
class InspectionIT {
  private static final int COMMITS = 24;

  @TempDir private Path spool;

  private JsonNode json(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--json", "--spool", spool.toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(new CheckpointCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    assertThat(code).as(String.join(" ", args) + ": " + out + err).isZero();
    return JsonMapper.shared().readTree(out.toString());
  }

  /// The child commits, deletes and collects garbage all the while.
  @Test
  void everyAnswerBesideAWritingProcessAgreesWithWhatItAcknowledged() throws Exception {
    Process writer = ChildJvm.start(CrashWorkload.class);
    try (Writer order = writer.outputWriter(StandardCharsets.UTF_8);
        BufferedReader said = writer.inputReader(StandardCharsets.UTF_8)) {
      order.write("7 100000 " + spool.resolve("landfall") + "\n");
      order.flush();
      assertThat(said.readLine()).isEqualTo("ready");
      List<String> acknowledged = new ArrayList<>();
      while (acknowledged.size() < COMMITS) {
        acknowledged.add(said.readLine().split(" ", 2)[0]);
        if (acknowledged.size() % 4 == 0) {
          look(acknowledged);
        }
      }
      assertThat(writer.isAlive()).isTrue();
    } finally {
      writer.toHandle().destroyForcibly();
      writer.waitFor();
    }
    assertThat(json("verify").get("clean").asBoolean()).isTrue();
  }

  private void look(List<String> acknowledged) {
    String first = acknowledged.getFirst();
    String last = acknowledged.getLast();
    assertThat(ids(json("list"))).containsAll(acknowledged);
    assertThat(ids(json("tree"))).containsAll(acknowledged);
    assertThat(json("show", last).get("id").asString()).isEqualTo(last);
    assertThat(json("diff", first, first).get(0).get("changedBytes").asLong()).isZero();
    assertThat(json("diff", first, last).get(0).get("name").asString()).isEqualTo("vda");
    JsonNode stats = json("stats");
    assertThat(stats.get("checkpoints").asInt()).isGreaterThanOrEqualTo(acknowledged.size());
    assertThat(stats.get("packBytes").asLong())
        .isEqualTo(stats.get("storedBytes").asLong() + stats.get("wastedBytes").asLong());
    assertThat(json("files", last).get(0).get("fileSystem").asString()).isEqualTo("unknown");
    JsonNode verified = json("verify");
    assertThat(verified.get("clean").asBoolean()).isTrue();
    assertThat(verified.get("indexChecked").asBoolean()).isFalse();
  }

  private static List<String> ids(JsonNode all) {
    List<String> ids = new ArrayList<>();
    all.forEach(one -> ids.add(one.get("id").asString()));
    return ids;
  }

  /// The JDK asks the kernel whether it has IPv6, with sockets that it closes unused, and the C
  /// library asks a local name-service cache who the user is. Beyond that nothing is bound and
  /// nobody spoken to.
  @Test
  void lookingTalksToNobody() throws Exception {
    boolean there = Files.isExecutable(Path.of("/usr/bin/strace"));
    if (!there && Boolean.getBoolean("interop.required")) {
      throw new AssertionError("needs strace");
    }
    assumeTrue(there, "needs strace");
    CheckpointRecord record = oneCheckpoint();
    for (List<String> verb :
        List.of(List.of("list"), List.of("tree"), List.of("show", record.id().text()))) {
      Path trace = spool.resolve("trace");
      List<String> command = new ArrayList<>();
      command.addAll(List.of("strace", "-f", "-qq", "-e", "trace=network", "-o", trace.toString()));
      List<Object> args = new ArrayList<>(verb);
      args.addAll(List.of("--spool", spool));
      command.addAll(ChildJvm.command(List.of(), Inspect.class, args.toArray()));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(said).contains(record.id().text());
      assertThat(Files.readAllLines(trace))
          .filteredOn(line -> !line.contains("nscd") && !line.contains("+++"))
          .isNotEmpty()
          .noneMatch(
              line -> line.matches(".*\\b(bind|listen|accept4?|connect|send.*|recv.*)\\(.*"));
    }
  }

  private CheckpointRecord oneCheckpoint() throws IOException {
    try (CheckpointStore store =
        CheckpointStore.open(spool.resolve("landfall"), Contents.settings())) {
      return Contents.commit(store, Optional.empty(), Contents.device(1, 8));
    }
  }
}
