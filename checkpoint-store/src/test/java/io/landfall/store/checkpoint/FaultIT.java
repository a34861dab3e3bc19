package io.landfall.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.chunk.MemoryIndex;
import io.landfall.store.testing.Contents;
import io.landfall.store.testing.FaultyFiles;
import io.landfall.store.verify.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every file operation of a small history fails once, and the power goes at every one of them:
/// what was acknowledged is there, nothing else is there in part, and the store goes on.
class FaultIT {
  private static final int CHUNKS = 7;

  @TempDir private Path temporary;
  private int directories;

  /// What one run acknowledged: checkpoint and content.
  private final Map<CheckpointId, byte[]> acknowledged = new LinkedHashMap<>();

  @Test
  void everyOperationMayFail() throws IOException {
    long operations = count();
    for (long n = 0; n < operations; n++) {
      Path directory = fresh();
      FaultyFiles files = FaultyFiles.failing(graveyard(), n);
      tryHistory(directory, files, new MemoryIndex());
      assertWhole(directory, new MemoryIndex(), "failed operation " + n);
    }
  }

  @Test
  void thePowerMayGoAtEveryOperation() throws IOException {
    long operations = count();
    for (long seed = 0; seed < 2; seed++) {
      for (long n = 0; n < operations; n++) {
        Random random = new Random(seed * 10_000 + n);
        Path directory = fresh();
        FaultyFiles files = FaultyFiles.cutting(graveyard(), n);
        MemoryIndex index = new MemoryIndex();
        tryHistory(directory, files, index);
        files.cutPower(random);
        // The index may have survived, and all it says must be true; or it is gone.
        MemoryIndex left = random.nextBoolean() ? index : new MemoryIndex();
        String when = "power cut at operation " + n + ", seed " + seed;
        cutAgainInRecovery(directory, left, random);
        assertWhole(directory, left, when);
      }
    }
  }

  private static void cutAgainInRecovery(Path directory, MemoryIndex index, Random random)
      throws IOException {
    Path grave = Files.createTempDirectory(directory.getParent(), "grave");
    FaultyFiles again = FaultyFiles.cutting(grave, random.nextInt(25));
    try {
      open(directory, again, index).close();
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("injected");
    }
    again.cutPower(random);
  }

  private long count() throws IOException {
    FaultyFiles files = FaultyFiles.failing(graveyard(), Long.MAX_VALUE);
    tryHistory(fresh(), files, new MemoryIndex());
    assertThat(acknowledged).hasSize(4);
    return files.operations();
  }

  /// Every fourth store is encrypted: the same operations around other bytes.
  private Path fresh() {
    acknowledged.clear();
    int number = directories++;
    return temporary.resolve((number % 4 == 3 ? "encrypted-" : "store-") + number);
  }

  private Path graveyard() throws IOException {
    return Files.createDirectory(temporary.resolve("grave-" + directories));
  }

  private static CheckpointStore open(Path directory, FaultyFiles files, MemoryIndex index)
      throws IOException {
    return CheckpointStore.open(
        directory, Contents.settings(directory).withFiles(files), () -> index);
  }

  /// A history in which commits share packs, hit each other's chunks, and are given up.
  private void tryHistory(Path directory, FaultyFiles files, MemoryIndex index) {
    MemoryDevice disk = Contents.device(1, CHUNKS);
    try (CheckpointStore store = open(directory, files, index)) {
      Optional<CheckpointId> first = attempt(store, Optional.empty(), disk);
      hitWhatIsGivenUp(store);
      disk.write(70_000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      Optional<CheckpointId> second = attempt(store, first, disk);
      disk.write(5, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      attempt(store, second, disk);
    } catch (IOException e) {
      assertThat(e).as("only what was injected").hasStackTraceContaining("injected");
    }
  }

  /// One ingest stores chunks and is given up; another, which found them there, commits.
  private void hitWhatIsGivenUp(CheckpointStore store) {
    MemoryDevice disk = Contents.device(2, CHUNKS);
    try (CheckpointWriter givenUp = store.begin(Contents.draft(Optional.empty()))) {
      givenUp.addDevice(
          CheckpointWriter.Kind.DISK, "vda", disk, Baseline.none(), Optional.empty(), n -> {});
      attempt(store, Optional.empty(), disk);
    } catch (IOException e) {
      assertThat(e).isNotNull(); // the ingest that was not to be committed anyway
    }
  }

  private Optional<CheckpointId> attempt(
      CheckpointStore store, Optional<CheckpointId> parent, MemoryDevice disk) {
    try {
      CheckpointRecord record = Contents.commit(store, parent, disk);
      acknowledged.put(record.id(), Contents.bytes(disk));
      return Optional.of(record.id());
    } catch (IOException e) {
      return parent;
    }
  }

  private void assertWhole(Path directory, MemoryIndex index, String when) throws IOException {
    FaultyFiles healthy = FaultyFiles.failing(graveyardOf(directory), Long.MAX_VALUE);
    try (CheckpointStore store = open(directory, healthy, index)) {
      for (Map.Entry<CheckpointId, byte[]> one : acknowledged.entrySet()) {
        assertThat(store.find(one.getKey())).as(when + ": " + one.getKey()).isPresent();
        try (CheckpointDevice device = store.openDevice(one.getKey(), "vda")) {
          assertThat(Contents.bytes(device)).as(when).isEqualTo(one.getValue());
        }
      }
      for (CheckpointRecord record : store.list()) {
        Contents.bytes(store.openDevice(record.id(), "vda"));
      }
      MemoryDevice more = Contents.device(3, CHUNKS);
      CheckpointRecord next = Contents.commit(store, Optional.empty(), more);
      assertThat(Contents.bytes(store.openDevice(next.id(), "vda")))
          .isEqualTo(Contents.bytes(more));
    }
    assertThat(Verifier.verify(directory, Contents.settings(directory).key(), n -> {}).findings())
        .as(when)
        .isEmpty();
  }

  private static Path graveyardOf(Path directory) throws IOException {
    return Files.createTempDirectory(directory.getParent(), "grave");
  }
}
