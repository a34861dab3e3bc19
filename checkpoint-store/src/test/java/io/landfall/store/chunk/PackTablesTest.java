package io.landfall.store.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.content.ChunkEncoding;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packs that come and go, few and many: what the tables say is what a map says.
class PackTablesTest {
  private static final UUID STORE = new UUID(1, 2);
  private static final int ROWS = 40;
  private static final int RECORD = 500;

  @TempDir private Path root;
  private PackDirectory directory;
  private final Random random = new Random(3);
  private final Map<Long, List<ChunkId>> packs = new HashMap<>();

  @BeforeEach
  void open() {
    directory = new PackDirectory(root);
  }

  @Test
  void aChunkIsFoundInWhicheverOfManyPacksItLies() throws IOException {
    add(0, 50);
    try (PackTables tables = new PackTables(directory)) {
      assertRight(tables);
      add(50, 150); // more than are looked through one by one
      assertRight(tables);
      remove(20, 60);
      tables.lookAgain();
      assertRight(tables);
      add(150, 400); // more than there was room for
      assertRight(tables);
      remove(0, 380);
      tables.lookAgain();
      assertRight(tables);
    }
  }

  /// As where it was copied and not removed yet: either is right.
  @Test
  void aChunkInTwoPacksIsFoundInOneThatIsThere() throws IOException {
    add(0, 100);
    ChunkId twice = packs.get(7L).getFirst();
    packs.put(100L, new ArrayList<>(List.of(twice)));
    write(100);
    try (PackTables tables = new PackTables(directory)) {
      assertThat(tables.find(twice).orElseThrow().pack()).isIn(7L, 100L);
      remove(7, 8);
      tables.lookAgain();
      assertThat(tables.find(twice).orElseThrow().pack()).isEqualTo(100);
    }
  }

  private void assertRight(PackTables tables) throws IOException {
    for (long pack = 0; pack < 400; pack++) {
      for (ChunkId id : packs.getOrDefault(pack, List.of())) {
        assertThat(tables.find(id).orElseThrow().pack()).isEqualTo(pack);
      }
      assertThat(tables.find(id())).isEqualTo(Optional.empty());
    }
  }

  private ChunkId id() {
    return new ChunkId(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private void add(long from, long to) throws IOException {
    for (long pack = from; pack < to; pack++) {
      List<ChunkId> ids = new ArrayList<>();
      for (int i = 0; i < ROWS; i++) {
        ids.add(id());
      }
      packs.put(pack, ids);
      write(pack);
    }
  }

  private void remove(long from, long to) throws IOException {
    for (long pack = from; pack < to; pack++) {
      packs.remove(pack);
      Files.deleteIfExists(directory.sealed(pack));
    }
  }

  private void write(long pack) throws IOException {
    List<PackEntry> entries = new ArrayList<>();
    long at = PackHeader.SIZE_BYTES;
    for (ChunkId id : packs.get(pack)) {
      ChunkHeader header =
          new ChunkHeader(ChunkEncoding.LZ4, 0, 65_536, RECORD, id, ChunkId.ZERO, 0);
      entries.add(new PackEntry(at, header));
      at += header.totalLength();
    }
    PackHeader header = new PackHeader(PackKind.DISK, STORE, pack);
    Path path = directory.sealed(pack);
    Files.createDirectories(path.getParent());
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(header.toBytes(), 0);
      ByteBuffer table = PackTable.encode(header, entries, at);
      file.write(table, at);
    }
  }
}
