package io.landfall.store.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.checkpoint.Usage;
import io.landfall.store.export.Export;
import io.landfall.store.export.Import;
import io.landfall.store.gc.GarbageCollector;
import io.landfall.store.seal.KeyRefusedException;
import io.landfall.store.seal.StoreKey;
import io.landfall.store.testing.Contents;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everything that a store does, done with an encrypted one.
class EncryptedStoreTest {
  private static final byte[] SECRET =
      "a line of the guest's disk".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path spool;
  private Path directory;
  private StoreSettings settings;
  private CheckpointRecord parent;
  private CheckpointRecord child;
  private byte[] first;
  private byte[] second;

  @BeforeEach
  void twoCheckpoints() throws IOException {
    directory = spool.resolve("encrypted");
    settings = Contents.settings(directory);
    MemoryDevice disk = Contents.device(1, 16);
    disk.write(2 * Contents.CHUNK, ByteBuffer.wrap(SECRET));
    first = Contents.bytes(disk);
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      parent = Contents.commit(store, Optional.empty(), disk);
      disk.write(5000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      second = Contents.bytes(disk);
      child = Contents.commit(store, Optional.of(parent.id()), disk);
      assertThat(child.summary().storedBytes()).isBetween(4096L, 6000L); // a page delta
    }
  }

  private List<Path> files() throws IOException {
    try (var all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private void assertWhole(Path store, Optional<StoreKey> key) throws IOException {
    assertThat(Verifier.verify(store, key, n -> {}).findings()).isEmpty();
    try (CheckpointStore open = CheckpointStore.inspect(store, key)) {
      assertThat(Contents.bytes(open.openDevice(parent.id(), "vda"))).isEqualTo(first);
      assertThat(Contents.bytes(open.openDevice(child.id(), "vda"))).isEqualTo(second);
    }
  }

  @Test
  void noFileTellsContentNamesOrIds() throws IOException {
    String chunk;
    try (CheckpointStore store = CheckpointStore.inspect(directory, settings.key())) {
      chunk =
          new String(
              store.manifest(child.devices().getFirst()).chunk(0).toBytes(),
              StandardCharsets.ISO_8859_1);
    }
    for (Path file : files()) {
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(bytes.contains(new String(SECRET, StandardCharsets.ISO_8859_1)))
          .as("content in %s", file)
          .isFalse();
      assertThat(bytes.contains("alice")).as("owner in %s", file).isFalse();
      assertThat(bytes.contains(chunk)).as("plain id in %s", file).isFalse();
    }
    assertWhole(directory, settings.key());
  }

  @Test
  void aMissingOrWrongKeyIsRefusedAndAKeyForAPlainStoreToo() throws IOException {
    assertThatThrownBy(() -> CheckpointStore.inspect(directory))
        .isInstanceOf(KeyRefusedException.class)
        .hasMessageContaining("give its key");
    assertThatThrownBy(() -> CheckpointStore.open(directory, Contents.settings()))
        .isInstanceOf(KeyRefusedException.class);
    Path file = spool.resolve("other.key");
    StoreKey.create(file);
    Optional<StoreKey> other = Optional.of(StoreKey.read(file));
    assertThatThrownBy(() -> CheckpointStore.open(directory, settings.withKey(other)))
        .isInstanceOf(KeyRefusedException.class)
        .hasMessageContaining("another key");
    assertThatThrownBy(() -> Verifier.verify(directory, other, n -> {}))
        .isInstanceOf(KeyRefusedException.class);
    Path plain = spool.resolve("plain");
    CheckpointStore.open(plain, Contents.settings()).close();
    assertThatThrownBy(() -> CheckpointStore.open(plain, settings))
        .isInstanceOf(KeyRefusedException.class)
        .hasMessageContaining("not encrypted");
    assertWhole(directory, settings.key());
  }

  @Test
  void withoutTheKeyDamageIsFoundAndNothingRead() throws IOException {
    VerifyReport report = Verifier.verify(directory, n -> {});
    assertThat(report.clean()).isTrue();
    assertThat(report.contentChecked()).isFalse();
    assertThat(report.chunks()).isGreaterThan(12);
    flip(directory.resolve("packs/000000/0000000000000000.pack"), 300);
    assertThat(Verifier.verify(directory, n -> {}).findings()).hasSize(1);
    List<Finding> findings = Verifier.verify(directory, settings.key(), n -> {}).findings();
    // Chunks lie in the order in which their encoding was done: this one is either in both
    // checkpoints, or in the first and the base of the page delta in the second.
    assertThat(findings)
        .flatExtracting(Finding::affected)
        .extracting(Finding.Affected::checkpoint)
        .containsExactlyInAnyOrder(parent.id(), child.id());
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int was = open.read();
      open.seek(at);
      open.write(was ^ 1);
    }
  }

  @Test
  void aRecordUnderAnotherNameIsDamage() throws IOException {
    Path records = directory.resolve("records");
    Files.copy(
        records.resolve(parent.id() + ".ckpt"),
        records.resolve(child.id() + ".ckpt"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(Verifier.verify(directory, settings.key(), n -> {}).findings())
        .extracting(Finding::kind)
        .contains(Finding.Kind.RECORD);
  }

  @Test
  void garbageIsCollectedAndTheIndexMadeAgain() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      CheckpointRecord gone = Contents.commit(store, Optional.empty(), Contents.device(9, 32));
      store.delete(gone.id());
    }
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      assertThat(GarbageCollector.run(store, plan -> {}, () -> false).freedBytes())
          .isGreaterThan(500_000);
      assertThat(Usage.of(store).ofCheckpoints().get(child.id()).uniqueBytes())
          .isBetween(4096L, 8000L);
    }
    CheckpointStore.rebuildIndex(directory, settings);
    VerifyReport report = Verifier.verify(directory, settings.key(), n -> {});
    assertThat(report.indexChecked()).isTrue();
    assertWhole(directory, settings.key());
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      store.delete(parent.id());
      GarbageCollector.run(store, plan -> {}, () -> false);
      assertThat(Contents.bytes(store.openDevice(child.id(), "vda"))).isEqualTo(second);
    }
    assertThat(Verifier.verify(directory, settings.key(), n -> {}).findings()).isEmpty();
  }

  @Test
  void anExportIsPlainAndIsTakenInByAnyStore() throws IOException {
    byte[] export = export();
    assertThat(new String(export, StandardCharsets.ISO_8859_1)).contains("alice");
    Path plain = spool.resolve("plain");
    try (CheckpointStore store = CheckpointStore.open(plain, Contents.settings())) {
      assertThat(Import.read(store, new ByteArrayInputStream(export)).added()).hasSize(2);
    }
    assertWhole(plain, Optional.empty());
    Path again = spool.resolve("encrypted-again");
    try (CheckpointStore store = CheckpointStore.open(again, Contents.settings(again))) {
      assertThat(Import.read(store, new ByteArrayInputStream(export)).added()).hasSize(2);
    }
    assertWhole(again, settings.key());
  }

  private byte[] export() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (CheckpointStore store = CheckpointStore.inspect(directory, settings.key())) {
      Export.write(store, store.list(), id -> true, out);
    }
    return out.toByteArray();
  }

  @Test
  void repairQuarantinesAndTakesWhatIsMissingFromAnExport() throws IOException {
    Path export = Files.write(spool.resolve("export.tar"), export());
    flip(directory.resolve("packs/000000/0000000000000000.pack"), 300);
    RepairReport report = Repair.run(directory, settings, List.of(export));
    assertThat(report.quarantinedPacks()).isEqualTo(1);
    assertThat(report.fetchedChunks()).isPositive();
    assertThat(report.after().findings()).isEmpty();
    assertWhole(directory, settings.key());
  }
}
