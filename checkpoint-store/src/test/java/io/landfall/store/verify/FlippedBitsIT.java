package io.landfall.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.DamagedStoreException;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.chunk.DamagedPackException;
import io.landfall.store.chunk.MissingChunkException;
import io.landfall.store.testing.Contents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlippedBitsIT {
  private static final int PLACES = 1000;

  @TempDir Path spool;
  private Path directory;
  private StoreSettings settings;
  private MemoryDevice disk;
  private byte[] first;
  private byte[] second;
  private CheckpointRecord parent;
  private CheckpointRecord child;

  private void twoCheckpoints(String name) throws IOException {
    directory = spool.resolve(name);
    settings = Contents.settings(directory);
    disk = Contents.device(1, 24);
    first = Contents.bytes(disk);
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      parent = Contents.commit(store, Optional.empty(), disk);
      disk.write(5000, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      disk.write(9 * Contents.CHUNK, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      second = Contents.bytes(disk);
      child = Contents.commit(store, Optional.of(parent.id()), disk);
    }
  }

  /// One flipped bit in each of 1,000 places of the files that are truth: every one is found, and
  /// what can still be restored is right.
  @Test
  void everyFlippedBitIsFoundAndNoWrongByteIsRestored() throws IOException {
    twoCheckpoints("landfall");
    flipEach(PLACES);
  }

  @Test
  void everyFlippedBitOfAnEncryptedStoreIsFoundToo() throws IOException {
    twoCheckpoints("encrypted");
    flipEach(PLACES / 10);
  }

  private void flipEach(int places) throws IOException {
    List<Path> files = truth();
    Random random = new Random(42);
    for (int place = 0; place < places; place++) {
      Path file = files.get(random.nextInt(files.size()));
      // Half of the places in the first and last kilobyte: headers, tables, trailers.
      long size = Files.size(file);
      long within =
          switch (random.nextInt(4)) {
            case 0 -> random.nextLong(Math.min(size, 1024));
            case 1 -> size - 1 - random.nextLong(Math.min(size, 1024));
            default -> random.nextLong(size);
          };
      int bit = 1 << random.nextInt(8);
      flip(file, within, bit);
      assertThat(Verifier.verify(directory, settings.key(), n -> {}).findings())
          .as("bit %d of byte %d of %s", bit, within, file)
          .isNotEmpty();
      if (settings.key().isPresent()) {
        assertThat(Verifier.verify(directory, n -> {}).findings()).isNotEmpty(); // without the key
      }
      restoreNoWrongByte();
      flip(file, within, bit);
    }
    assertThat(Verifier.verify(directory, settings.key(), n -> {}).clean()).isTrue();
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

  private void restoreNoWrongByte() throws IOException {
    try (CheckpointStore store = CheckpointStore.inspect(directory, settings.key())) {
      restoreNoWrongByte(store, parent.id(), first);
      restoreNoWrongByte(store, child.id(), second);
    } catch (DamagedStoreException e) {
      assertThat(e).hasMessageContaining("FORMAT");
    }
  }

  private static void restoreNoWrongByte(CheckpointStore store, CheckpointId id, byte[] expected)
      throws IOException {
    try (CheckpointDevice device = store.openDevice(id, "vda")) {
      assertThat(Contents.bytes(device)).isEqualTo(expected);
    } catch (CorruptChunkException
        | MissingChunkException
        | DamagedPackException
        | NoSuchElementException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
