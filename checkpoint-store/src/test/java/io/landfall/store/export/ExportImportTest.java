package io.landfall.store.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.DamagedStoreException;
import io.landfall.store.testing.Contents;
import io.landfall.store.testing.FaultyFiles;
import io.landfall.store.verify.Verifier;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportImportTest {
  @TempDir private Path temporary;
  private Path from;
  private Path to;
  private MemoryDevice disk;
  private byte[] before;
  private CheckpointRecord parent;
  private CheckpointRecord child;

  @BeforeEach
  void twoCheckpoints() throws IOException {
    from = temporary.resolve("from");
    to = temporary.resolve("to");
    disk = Contents.device(1, 12);
    before = Contents.bytes(disk);
    try (CheckpointStore store = CheckpointStore.open(from, Contents.settings())) {
      parent = Contents.commit(store, Optional.empty(), disk);
      disk.write(5000, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      disk.write(9 * Contents.CHUNK, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      child = Contents.commit(store, Optional.of(parent.id()), disk);
    }
  }

  private byte[] export(List<CheckpointRecord> records, Export.Lacking lacking) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (CheckpointStore store = CheckpointStore.inspect(from)) {
      Export.write(store, records, lacking, out);
    }
    return out.toByteArray();
  }

  private Import.Summary take(byte[] export) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(to, Contents.settings())) {
      return Import.read(store, new ByteArrayInputStream(export));
    }
  }

  private void assertNothingWasTakenIn() throws IOException {
    try (CheckpointStore store = CheckpointStore.inspect(to)) {
      assertThat(store.list()).isEmpty();
    }
    assertThat(Verifier.verify(to, n -> {}).findings()).isEmpty();
  }

  private void assertBothAreThere() throws IOException {
    try (CheckpointStore store = CheckpointStore.inspect(to)) {
      assertThat(store.list()).extracting(CheckpointRecord::id).contains(parent.id(), child.id());
      assertThat(Contents.bytes(store.openDevice(parent.id(), "vda"))).isEqualTo(before);
      assertThat(Contents.bytes(store.openDevice(child.id(), "vda")))
          .isEqualTo(Contents.bytes(disk));
    }
    assertThat(Verifier.verify(to, n -> {}).findings()).isEmpty();
  }

  @Test
  void whatIsExportedIsTakenInWholeAndTwiceIsOnce() throws IOException {
    byte[] export = export(List.of(parent, child), id -> true);
    assertThat(take(export).added()).hasSize(2);
    assertBothAreThere();
    Import.Summary again = take(export);
    assertThat(again.added()).isEmpty();
    assertThat(again.known()).isEqualTo(2);
    assertThat(again.storedBytes()).isZero();
    assertBothAreThere();
  }

  @Test
  void aDeltaStaysADelta() throws IOException {
    byte[] whole = export(List.of(child), id -> true);
    take(whole);
    try (CheckpointStore store = CheckpointStore.inspect(to)) {
      long packs = 0;
      for (Path pack : store.packDirectory().list().values()) {
        packs += Files.size(pack);
      }
      assertThat(packs).isLessThan(whole.length);
      assertThat(Contents.bytes(store.openDevice(child.id(), "vda")))
          .isEqualTo(Contents.bytes(disk));
    }
  }

  @Test
  void onlyWhatTheOtherStoreLacksIsWritten() throws IOException {
    take(export(List.of(parent), id -> true));
    byte[] rest;
    try (CheckpointStore there = CheckpointStore.inspect(to)) {
      rest = export(List.of(child), id -> !there.holds(id));
    }
    assertThat(rest.length).as("two pages, a node and the record").isLessThan(40_000);
    take(rest);
    assertBothAreThere();
  }

  @Test
  void anExportThatLacksTooMuchIsRefusedWhole() throws IOException {
    byte[] rest = export(List.of(child), id -> id.equals(child.devices().getFirst().root()));
    assertThatThrownBy(() -> take(rest))
        .isInstanceOf(DamagedStoreException.class)
        .hasMessageContaining("neither in the import nor in this store");
    assertNothingWasTakenIn();
  }

  @Test
  void aCutExportIsRefusedWhole() throws IOException {
    byte[] export = export(List.of(parent, child), id -> true);
    Random random = new Random(3);
    for (int i = 0; i < 20; i++) {
      // The last two blocks of a tar are zeros, and nothing is lost with them.
      byte[] cut = Arrays.copyOf(export, random.nextInt(export.length - 12_000));
      assertThatThrownBy(() -> take(cut))
          .as("%d bytes", cut.length)
          .isInstanceOf(IOException.class);
    }
    assertNothingWasTakenIn();
  }

  @Test
  void everyFlippedBitOfAChunkIsRefused() throws IOException {
    byte[] export = export(List.of(parent), id -> true);
    Random random = new Random(4);
    for (int i = 0; i < 20; i++) {
      byte[] damaged = export.clone();
      damaged[4096 + random.nextInt(400_000)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> take(damaged)).isInstanceOf(CorruptChunkException.class);
    }
    assertNothingWasTakenIn();
  }

  @Test
  void hostileStreamsAreRefused() throws IOException {
    byte[] head = new ExportHead(java.util.UUID.randomUUID(), Contents.CHUNK, 1).toBytes();
    assertRefused(
        "not a tar", "something else entirely".repeat(100).getBytes(StandardCharsets.UTF_8));
    assertRefused("first entry", tar(entry("../../etc/passwd", head)));
    assertRefused("plain file", tar(entry("landfall-export", head), link("full/00000000")));
    assertRefused("not expected", tar(entry("landfall-export", head), entry("etc/passwd", head)));
    assertRefused("announces more", tar(entry("landfall-export", head), huge("full/00000000")));
    byte[] later =
        new String(head, StandardCharsets.UTF_8)
            .replace("\"version\":1", "\"version\":2")
            .getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> take(tar(entry("landfall-export", later))))
        .hasMessageContaining("use a newer Landfall");
    byte[] otherChunks = new ExportHead(java.util.UUID.randomUUID(), 1 << 20, 1).toBytes();
    assertThatThrownBy(() -> take(tar(entry("landfall-export", otherChunks))))
        .hasMessageContaining("chunks of 1048576 bytes, this store has chunks of 65536");
    byte[] many = new ExportHead(java.util.UUID.randomUUID(), Contents.CHUNK, 1 << 30).toBytes();
    assertThatThrownBy(() -> take(tar(entry("landfall-export", many))))
        .hasMessageContaining("expected at most 100000");
    assertNothingWasTakenIn();
  }

  private void assertRefused(String what, byte[] stream) {
    assertThatThrownBy(() -> take(stream)).as(what).isInstanceOf(IOException.class);
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Part(TarArchiveEntry entry, byte[] content) {}

  private static Part entry(String name, byte[] content) {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    return new Part(entry, content);
  }

  private static Part link(String name) {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
    entry.setLinkName("/etc/passwd");
    return new Part(entry, new byte[0]);
  }

  private static Part huge(String name) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(1L << 40);
    return new Part(entry, new byte[100]);
  }

  private static byte[] tar(Part... parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    for (Part part : parts) {
      tar.putArchiveEntry(part.entry());
      tar.write(part.content());
      if (part.entry().getSize() != part.content().length) {
        return bytes.toByteArray();
      }
      tar.closeArchiveEntry();
    }
    tar.finish();
    return bytes.toByteArray();
  }

  /// The power goes at every operation of an import: each checkpoint is there whole or not at all.
  @Test
  void thePowerMayGoAtEveryOperationOfAnImport() throws IOException {
    byte[] export = export(List.of(parent, child), id -> true);
    int done = 0;
    for (int n = 0; done < 3; n++) {
      to = temporary.resolve("cut-" + n);
      Path grave = Files.createDirectory(temporary.resolve("grave-" + n));
      FaultyFiles files = FaultyFiles.cutting(grave, n);
      try (CheckpointStore store = CheckpointStore.open(to, Contents.settings().withFiles(files))) {
        Import.read(store, new ByteArrayInputStream(export));
        done++;
      } catch (IOException e) {
        assertThat(e).hasStackTraceContaining("injected");
      }
      files.cutPower(new Random(n));
      try (CheckpointStore store = CheckpointStore.open(to, Contents.settings())) {
        for (CheckpointRecord record : store.list()) {
          Contents.bytes(store.openDevice(record.id(), "vda"));
        }
        if (done > 0) {
          assertThat(store.list()).hasSize(2);
        }
      }
      assertThat(Verifier.verify(to, read -> {}).findings()).as("operation " + n).isEmpty();
    }
  }
}
