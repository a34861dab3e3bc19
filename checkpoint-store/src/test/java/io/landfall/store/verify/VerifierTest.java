package io.landfall.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.gc.GarbageCollector;
import io.landfall.store.testing.Contents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {
  @TempDir Path spool;
  private Path directory;
  private MemoryDevice disk;
  private byte[] second;
  private CheckpointRecord parent;
  private CheckpointRecord child;

  @BeforeEach
  void twoCheckpoints() throws IOException {
    directory = spool.resolve("landfall");
    disk = Contents.device(1, 24);
    try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
      parent = Contents.commit(store, Optional.empty(), disk);
      disk.write(5000, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      disk.write(9 * Contents.CHUNK, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      second = Contents.bytes(disk);
      child = Contents.commit(store, Optional.of(parent.id()), disk);
    }
  }

  @Test
  void aWholeStoreIsClean() throws IOException {
    VerifyReport report = Verifier.verify(directory, n -> {});
    assertThat(report.findings()).isEmpty();
    assertThat(report.indexChecked()).isTrue();
    assertThat(report.checkpoints()).isEqualTo(2);
  }

  /// The daemon deletes and collects while a verification runs that has read the records before.
  @Test
  void whatIsDeletedAndCollectedMeanwhileIsNoDamage() throws IOException {
    CheckpointRecord other;
    try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
      other = Contents.commit(store, Optional.empty(), Contents.device(2, 24));
    }
    try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
      Contents.commit(store, Optional.empty(), Contents.device(3, 4)); // the last pack stays
    }
    AtomicBoolean collected = new AtomicBoolean();
    VerifyReport report =
        Verifier.verify(
            directory,
            n -> {
              if (collected.compareAndSet(false, true)) {
                deleteAndCollect(other);
              }
            });
    assertThat(collected).isTrue();
    assertThat(report.findings()).isEmpty();
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  private void deleteAndCollect(CheckpointRecord gone) {
    try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
      store.delete(gone.id());
      assertThat(GarbageCollector.run(store, plan -> {}, () -> false).removedPacks()).isPositive();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A checkpoint whose chunks are gone while its record is there is damage, whatever else happens.
  @Test
  void whatIsMissingOfACheckpointThatIsThereIsDamage() throws IOException {
    for (Path pack : packs()) {
      Files.delete(pack);
    }
    assertThat(Verifier.verify(directory, n -> {}).findings())
        .extracting(Finding::kind)
        .contains(Finding.Kind.MISSING);
  }

  private List<Path> truth() throws IOException {
    try (var all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.startsWith(directory.resolve("index")))
          .filter(file -> !file.endsWith("LOCK"))
          .sorted()
          .toList();
    }
  }

  private static void flip(Path file, long at, int bit) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int was = open.read();
      open.seek(at);
      open.write(was ^ bit);
    }
  }

  @Test
  void damageIsNamedByJobCheckpointDiskAndRange() throws IOException {
    Path pack = packs().getFirst();
    flip(pack, 64 + 88 + 100, 1);
    VerifyReport report = Verifier.verify(directory, n -> {});
    List<Finding.Affected> affected = new ArrayList<>();
    report.findings().forEach(finding -> affected.addAll(finding.affected()));
    assertThat(affected).isNotEmpty();
    Finding.Affected one = affected.getFirst();
    assertThat(one.job()).isEqualTo(Contents.JOB);
    assertThat(one.content()).isEqualTo("vda");
    assertThat(one.range().length()).isEqualTo(Contents.CHUNK);
    assertThat(new Range(0, disk.sizeBytes()).contains(one.range())).isTrue();
  }

  /// What a power cut leaves of a record that nobody was promised.
  @Test
  void aTornEndOfAnOpenPackIsDamageOnlyToWhoWasPromisedIt() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings());
        CheckpointWriter writer = store.begin(Contents.draft(Optional.empty()))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK,
          "vda",
          Contents.device(2, 3),
          Baseline.none(),
          Optional.empty(),
          n -> {});
      writer.addBlob("state", new byte[5000]);
      Path disks = openPackWithMost();
      flip(disks, Files.size(disks) - 1, 1);
      assertThat(openPackFindings(disks)).isEmpty();
      flip(disks, Files.size(disks) - 1, 1);
      writer.commit();
      flip(disks, Files.size(disks) - 1, 1);
      assertThat(openPackFindings(disks)).isNotEmpty();
      flip(disks, Files.size(disks) - 1, 1);
    }
  }

  private Path openPackWithMost() throws IOException {
    try (var files = Files.walk(directory.resolve("packs"))) {
      return files
          .filter(file -> file.toString().endsWith(".open"))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private List<Finding> openPackFindings(Path pack) throws IOException {
    return Verifier.verify(directory, n -> {}).findings().stream()
        .filter(finding -> pack.equals(finding.file()))
        .toList();
  }

  @Test
  void aMissingPackIsNoticed() throws IOException {
    Files.delete(packs().getFirst());
    assertThat(Verifier.verify(directory, n -> {}).findings())
        .anySatisfy(finding -> assertThat(finding.kind()).isEqualTo(Finding.Kind.MISSING));
  }

  @Test
  void aLaterWriterBringsTheIndexUpAfterItsFilesWereDamaged() throws IOException {
    try (var files = Files.list(directory.resolve("index"))) {
      for (Path file : files.filter(f -> f.toString().contains("MANIFEST")).toList()) {
        flip(file, Files.size(file) / 2, 4);
      }
    }
    assertThat(Verifier.verify(directory, n -> {}).findings())
        .allSatisfy(finding -> assertThat(finding.kind()).isEqualTo(Finding.Kind.INDEX))
        .isNotEmpty();
    try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
      assertThat(Contents.bytes(store.openDevice(child.id(), "vda"))).isEqualTo(second);
    }
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }

  private List<Path> packs() throws IOException {
    return truth().stream().filter(file -> file.toString().endsWith(".pack")).toList();
  }
}
