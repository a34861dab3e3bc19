package io.landfall.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.store.chunking.Chunking;
import io.landfall.store.testing.Contents;
import io.landfall.store.testing.WarmChildren;
import io.landfall.store.verify.Verifier;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The writer is killed with SIGKILL at any moment of opening, ingest, commit, sealing, garbage
/// collection and rebuilding: afterwards the store opens, is clean, and has every checkpoint that
/// was acknowledged.
///
/// `-Dcrash.kills=N` for more; `-Dcrash.seed=N` to repeat.
class StoreCrashIT {
  private static final int KILLS = Integer.getInteger("crash.kills", 200);
  private static final long SEED = Long.getLong("crash.seed", 20261124);
  private static final int KILLS_PER_STORE = 5;

  private static final int WORKERS = 2;

  @TempDir private Path spool;
  private final AtomicInteger acknowledgedInAll = new AtomicInteger();

  @Test
  void whatWasAcknowledgedSurvivesEveryKill() throws Exception {
    try (ExecutorService workers = Executors.newFixedThreadPool(WORKERS)) {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        int worker = i;
        running.add(workers.submit(() -> killAgainAndAgain(worker)));
      }
      for (Future<Void> one : running) {
        one.get();
      }
    }
    System.out.printf(
        "%d kills, %d checkpoints acknowledged, seed %d%n", KILLS, acknowledgedInAll.get(), SEED);
    assertThat(acknowledgedInAll.get()).isGreaterThan(KILLS);
  }

  /// One worker's share, on stores of its own.
  private Void killAgainAndAgain(int worker) throws Exception {
    Random random = new Random(SEED + worker);
    int share = (KILLS + worker) / WORKERS;
    int kills = 0;
    try (WarmChildren children = new WarmChildren(spool.resolve("lib-" + worker))) {
      for (int store = 0; kills < share; store++) {
        // One in four encrypted: the same write order around other bytes.
        String kind = store % 4 == 3 ? "encrypted" : "store";
        Path directory = spool.resolve(kind + '-' + worker + '-' + store);
        Map<String, String> acknowledged = new HashMap<>();
        for (int i = 0; i < KILLS_PER_STORE && kills < share; i++) {
          acknowledged.putAll(killOne(children, directory, random));
          kills++;
          assertWhole(
              directory,
              acknowledged,
              "seed %d, worker %d, kill %d".formatted(SEED, worker, kills));
        }
        acknowledgedInAll.addAndGet(acknowledged.size());
      }
    }
    return null;
  }

  private static Map<String, String> killOne(WarmChildren children, Path directory, Random random)
      throws Exception {
    int rounds = 1 + random.nextInt(12);
    Process child = children.start(directory, random.nextLong(1000), rounds);
    Map<String, String> acknowledged = new HashMap<>();
    try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
      // One time in six, killed while it opens what the last one left; else after some commits.
      int linesFirst = random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(4);
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < linesFirst; i++) {
        lines.add(said.readLine());
      }
      Thread.sleep(random.nextInt(linesFirst == 0 ? 150 : 60)); // the random moment
      child.toHandle().destroyForcibly();
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        lines.add(line);
      }
      for (String line : lines) {
        String[] words = line.split(" ", -1);
        if (words.length == 2) {
          acknowledged.put(words[0], words[1]);
        }
      }
    }
    child.waitFor();
    return acknowledged;
  }

  static void assertWhole(Path directory, Map<String, String> acknowledged, String when)
      throws IOException {
    if (!java.nio.file.Files.exists(directory.resolve("FORMAT"))) {
      assertThat(acknowledged).as(when).isEmpty();
      return;
    }
    StoreSettings settings = Contents.settings(directory);
    assertThat(
            Verifier.verify(directory, settings.key(), n -> {}).findings().stream()
                .filter(finding -> finding.kind() != io.landfall.store.verify.Finding.Kind.INDEX))
        .as(when + ", before recovery")
        .isEmpty();
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      for (CheckpointRecord record : store.list()) {
        try (CheckpointDevice device = store.openDevice(record.id(), "vda")) {
          String imageId =
              Chunking.manifestOf(device, Contents.CHUNK, n -> {}).imageId().toString();
          assertThat(imageId)
              .as(when + ", checkpoint " + record.id())
              .isEqualTo(record.devices().getFirst().imageId().toString())
              .isEqualTo(acknowledged.getOrDefault(record.id().text(), imageId));
          assertThat(store.blob(record.id(), "state")).hasSize(5000);
        }
      }
      assertThat(store.list().stream().map(record -> record.id().text()))
          .as(when)
          .containsAll(acknowledged.keySet());
    }
    assertThat(Verifier.verify(directory, settings.key(), n -> {}).findings())
        .as(when + ", after recovery")
        .isEmpty();
  }
}
