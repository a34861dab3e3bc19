package io.landfall.store.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.index.IndexSettings;
import io.landfall.store.index.RocksIndex;
import io.landfall.store.testing.Contents;
import io.landfall.store.verify.Finding;
import io.landfall.store.verify.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a garbage collection leaves that was cut off between copying chunks and removing their old
/// pack.
class ChunkInTwoPacksTest {
  @TempDir Path directory;
  private List<PackEntry> rows;
  private long copy;

  @BeforeEach
  void aStoreWithACopyOfAPack() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
      Contents.commit(store, Optional.empty(), Contents.device(1, 24));
    }
    PackDirectory packs = new PackDirectory(directory.resolve("packs"));
    copy = packs.list().lastKey() + 1;
    Path first = packs.list().firstEntry().getValue();
    ByteBuffer records = ByteBuffer.wrap(Files.readAllBytes(first));
    PackHeader header;
    try (PackFile pack = PackFile.open(first)) {
      rows = pack.table();
      records.limit((int) pack.tableOffset()).position(PackHeader.SIZE_BYTES);
      header = new PackHeader(pack.header().kind(), pack.header().store(), copy);
    }
    try (FileChannel channel =
        FileChannel.open(
            packs.sealed(copy), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long recordsEnd = records.limit();
      channel.write(header.toBytes());
      channel.write(records);
      channel.write(PackTable.encode(header, rows, recordsEnd));
    }
  }

  @Test
  void theIndexMaySayEitherPlace() throws IOException {
    index(rows);
    assertThat(findings()).isEmpty();
  }

  @Test
  void theIndexMaySayNoThirdPlace() throws IOException {
    PackEntry row = rows.getFirst();
    index(rows);
    index(List.of(new PackEntry(row.offset() + 1, row.header())));
    assertThat(findings())
        .isNotEmpty()
        .allSatisfy(finding ->
            assertThat(finding.what())
                .startsWith("chunk " + row.header().id() + ": the index says"));
  }

  private void index(List<PackEntry> says) throws IOException {
    RocksIndex index = RocksIndex.open(directory.resolve("index"), IndexSettings.DEFAULT);
    try {
      index.add(copy, says, Long.MAX_VALUE);
    } finally {
      index.close();
    }
  }

  private List<Finding> findings() throws IOException {
    return Verifier.verify(directory, n -> {}).findings();
  }
}
