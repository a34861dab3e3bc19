package io.landfall.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.export.Export;
import io.landfall.store.testing.Contents;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairTest {
  @TempDir private Path temporary;
  private Path directory;
  private Path twin;
  private final MemoryDevice disk = Contents.device(1, 24);
  private CheckpointRecord record;

  @BeforeEach
  void twoStoresOfOneContent() throws IOException {
    directory = temporary.resolve("one").resolve("landfall");
    twin = temporary.resolve("two").resolve("landfall");
    Files.createDirectories(directory.getParent());
    Files.createDirectories(twin.getParent());
    record = store(directory);
    store(twin);
  }

  private CheckpointRecord store(Path where) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(where, Contents.settings())) {
      return Contents.commit(store, Optional.empty(), disk);
    }
  }

  private void damage(Path pack, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(pack.toFile(), "rw")) {
      file.seek(at);
      int was = file.read();
      file.seek(at);
      file.write(was ^ 1);
    }
  }

  private Path pack(int sequence) {
    return directory.resolve("packs/000000/%016x.pack".formatted(sequence));
  }

  private byte[] read(CheckpointId id) throws IOException {
    try (CheckpointStore store = CheckpointStore.inspect(directory)) {
      return Contents.bytes(store.openDevice(id, "vda"));
    }
  }

  @Test
  void whatIsMissingComesFromAnotherStore() throws IOException {
    damage(pack(0), 500); // a chunk
    damage(pack(1), 200); // the manifest's node
    RepairReport report = Repair.run(directory, Contents.settings(), List.of(twin));
    assertThat(report.quarantinedPacks()).isEqualTo(2);
    assertThat(report.fetchedChunks()).isEqualTo(2);
    assertThat(report.after().findings()).isEmpty();
    assertThat(directory.resolve("quarantine/0000000000000000.pack")).exists();
    assertThat(read(record.id())).isEqualTo(Contents.bytes(disk));
  }

  @Test
  void whatIsMissingComesFromAnExportedFile() throws IOException {
    Path file = temporary.resolve("twin.tar");
    disk.write(5000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    for (Path where : List.of(directory, twin)) {
      try (CheckpointStore store = CheckpointStore.open(where, Contents.settings())) {
        Contents.commit(store, Optional.of(store.list().getFirst().id()), disk);
      }
    }
    try (CheckpointStore store = CheckpointStore.inspect(twin);
        OutputStream out = Files.newOutputStream(file)) {
      Export.write(store, store.list(), id -> true, out);
    }
    for (int sequence = 0; sequence < 4; sequence++) {
      damage(pack(sequence), 100); // both disks' first chunk, base and delta, and both nodes
    }
    RepairReport report = Repair.run(directory, Contents.settings(), List.of(file));
    assertThat(report.quarantinedPacks()).isEqualTo(4);
    assertThat(report.fetchedChunks()).isEqualTo(4);
    assertThat(report.after().findings()).isEmpty();
    assertThat(read(newest())).isEqualTo(Contents.bytes(disk));
  }

  private CheckpointId newest() throws IOException {
    try (CheckpointStore store = CheckpointStore.inspect(directory)) {
      return store.list().getLast().id();
    }
  }

  @Test
  void aDamagedTableCostsNothing() throws IOException {
    damage(pack(0), Files.size(pack(0)) - 100);
    RepairReport report = Repair.run(directory, Contents.settings(), List.of());
    assertThat(report.after().findings()).isEmpty();
    assertThat(read(record.id())).isEqualTo(Contents.bytes(disk));
  }

  @Test
  void withoutAnotherStoreTheRestStaysAndStoringAgainHeals() throws IOException {
    damage(pack(0), 500);
    RepairReport report = Repair.run(directory, Contents.settings(), List.of());
    assertThat(report.fetchedChunks()).isZero();
    assertThat(report.after().findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(Finding.Kind.MISSING);
          assertThat(finding.affected())
              .singleElement()
              .satisfies(one -> assertThat(one.checkpoint()).isEqualTo(record.id()));
        });
    store(directory);
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
    assertThat(read(record.id())).isEqualTo(Contents.bytes(disk));
  }
}
