package io.landfall.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.io.FileLayer;
import io.landfall.store.io.StoreFullException;
import io.landfall.store.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuotaTest {
  @TempDir private Path spool;

  private CheckpointStore open(StoreSettings settings) throws IOException {
    return CheckpointStore.open(spool.resolve("landfall"), settings);
  }

  private static StoreSettings ofAlice(long bytes) {
    return Contents.settings().withQuotas(new Quotas(Long.MAX_VALUE, Map.of("alice", bytes)));
  }

  private long packBytes(CheckpointStore store) throws IOException {
    long bytes = 0;
    for (Path pack : store.packDirectory().list().values()) {
      bytes += Files.size(pack);
    }
    return bytes;
  }

  @Test
  void whoHasUsedTheQuotaIsRefusedBeforeAByteIsWritten() throws IOException {
    MemoryDevice disk = Contents.device(1, 16);
    CheckpointRecord first;
    try (CheckpointStore store = open(Contents.settings())) {
      first = Contents.commit(store, Optional.empty(), disk);
    }
    try (CheckpointStore store = open(ofAlice(300_000))) {
      long before = packBytes(store);
      assertThatThrownBy(() -> store.begin(Contents.draft(Optional.empty())))
          .isInstanceOf(QuotaExceededException.class)
          .hasMessageContaining("owner alice")
          .hasMessageContaining("quota of 300000");
      assertThat(packBytes(store)).isEqualTo(before);
      store.delete(first.id());
      Contents.commit(store, Optional.empty(), Contents.device(2, 4));
    }
  }

  @Test
  void aCheckpointThatWouldExceedTheQuotaIsNotCommitted() throws IOException {
    try (CheckpointStore store = open(ofAlice(300_000))) {
      assertThatThrownBy(() -> Contents.commit(store, Optional.empty(), Contents.device(1, 16)))
          .isInstanceOf(QuotaExceededException.class);
      assertThat(store.list()).isEmpty();
    }
  }

  /// The second commits while the first is at its barrier: both have been measured before either
  /// counts.
  @Test
  void twoWritersTogetherDoNotExceedTheQuota() throws IOException {
    AtomicReference<Callable<?>> atBarrier = new AtomicReference<>();
    StoreSettings settings =
        ofAlice(700_000).withFiles(new BeforeForce(FileLayer.disk(), atBarrier));
    try (CheckpointStore store = open(settings);
        CheckpointWriter first = store.begin(Contents.draft(Optional.empty()));
        CheckpointWriter second = store.begin(Contents.draft(Optional.empty()))) {
      add(first, Contents.device(1, 8));
      add(second, Contents.device(2, 8));
      atBarrier.set(() -> {
        assertThatThrownBy(second::commit).isInstanceOf(QuotaExceededException.class);
        return null;
      });
      first.commit();
      assertThat(atBarrier.get()).isNull();
      assertThat(store.list()).hasSize(1);
    }
  }

  private static void add(CheckpointWriter writer, MemoryDevice disk) throws IOException {
    writer.addDevice(
        CheckpointWriter.Kind.DISK, "vda", disk, Baseline.none(), Optional.empty(), n -> {});
  }

  /// Files that do something once, before the first force of one of them.
  private record BeforeForce(FileLayer files, AtomicReference<Callable<?>> once)
      implements FileLayer {
    @Override
    public WritableFile create(Path path) throws IOException {
      return watched(files.create(path));
    }

    @Override
    public WritableFile open(Path path) throws IOException {
      return watched(files.open(path));
    }

    private WritableFile watched(WritableFile file) {
      return new WritableFile() {
        @Override
        public void write(long offset, ByteBuffer bytes) throws IOException {
          file.write(offset, bytes);
        }

        @Override
        public void force() throws IOException {
          Callable<?> first = once.getAndSet(null);
          if (first != null) {
            try {
              first.call();
            } catch (Exception e) {
              throw new IOException(e);
            }
          }
          file.force();
        }

        @Override
        public void truncate(long length) throws IOException {
          file.truncate(length);
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      files.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
      files.delete(path);
    }

    @Override
    public void createDirectory(Path path) throws IOException {
      files.createDirectory(path);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      files.syncDirectory(directory);
    }
  }

  /// What a deleted checkpoint added and a later one still needs counts.
  @Test
  void whatIsNeededCountsWhoeverAddedIt() throws IOException {
    MemoryDevice disk = Contents.device(1, 16);
    try (CheckpointStore store = open(ofAlice(900_000))) {
      CheckpointRecord parent = Contents.commit(store, Optional.empty(), disk);
      disk.write(100, ByteBuffer.wrap(new byte[] {7}));
      Contents.commit(store, Optional.of(parent.id()), disk);
      store.delete(parent.id());
      assertThatThrownBy(() -> Contents.commit(store, Optional.empty(), Contents.device(3, 8)))
          .isInstanceOf(QuotaExceededException.class);
    }
  }

  /// Many checkpoints that share nearly everything need little.
  @Test
  void whatIsSharedCountsOnce() throws IOException {
    MemoryDevice disk = Contents.device(1, 16);
    try (CheckpointStore store = open(ofAlice(1_200_000))) {
      Optional<CheckpointId> parent = Optional.empty();
      for (int i = 0; i < 10; i++) {
        disk.write(100, ByteBuffer.wrap(new byte[] {(byte) i}));
        parent = Optional.of(Contents.commit(store, parent, disk).id());
      }
      assertThat(store.list()).hasSize(10);
    }
  }

  @Test
  void theReserveOfTheDiskIsLeftAlone() throws IOException {
    long free = Files.getFileStore(spool).getUsableSpace();
    try (CheckpointStore store = open(Contents.settings().withReservedDisk(free * 2))) {
      assertThatThrownBy(() -> store.begin(Contents.draft(Optional.empty())))
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining("reserved");
      assertThat(store.packDirectory().list()).isEmpty();
    }
  }
}
