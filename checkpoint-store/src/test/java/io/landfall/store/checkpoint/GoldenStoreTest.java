package io.landfall.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.store.testing.Contents;
import io.landfall.store.testing.Golden;
import io.landfall.store.verify.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Stores that earlier versions wrote: read whole, and every small file written again byte by byte.
class GoldenStoreTest {
  @TempDir private Path spool;
  private Path directory;

  @BeforeEach
  void place() {
    directory = spool.resolve("landfall");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v1-encrypted"})
  void aFrozenStoreIsReadWhole(String version) throws IOException {
    Golden.copy(Golden.files(version), directory);
    StoreSettings settings = settings(version);
    assertThat(Verifier.verify(directory, settings.key(), n -> {}).findings()).isEmpty();
    try (CheckpointStore store = CheckpointStore.open(directory, settings)) {
      List<CheckpointRecord> records = store.list();
      assertThat(records).hasSize(2);
      for (int number = 0; number < 2; number++) {
        CheckpointRecord record = records.get(number);
        assertThat(record.sequence()).isEqualTo(number);
        assertThat(Contents.bytes(store.openDevice(record.id(), "vda")))
            .isEqualTo(Contents.bytes(Golden.disk(number)));
        assertThat(Contents.bytes(store.openDevice(record.id(), "memory")))
            .isEqualTo(Contents.bytes(Golden.memory(number)));
        assertThat(store.blob(record.id(), "state")).isEqualTo(Golden.state(number));
      }
      // What is stored by this version is found among what that one stored.
      CheckpointRecord again = Contents.commit(store, java.util.Optional.empty(), Golden.disk(1));
      assertThat(again.summary().newBytes()).isZero();
    }
  }

  private static StoreSettings settings(String version) throws IOException {
    return version.endsWith("-encrypted")
        ? Contents.settings().withKey(java.util.Optional.of(Contents.key()))
        : Contents.settings();
  }

  @Test
  void formatAndRecordsAreWrittenAsTheyWereFrozen() throws IOException {
    Path format = Golden.files("v1").resolve("FORMAT");
    byte[] frozen = Files.readAllBytes(format);
    assertThat(StoreFormat.readFrom(frozen, format).toBytes()).isEqualTo(frozen);
    try (var records = Files.list(Golden.files("v1").resolve("records"))) {
      for (Path file : records.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        CheckpointRecord record = RecordJson.read(Envelope.RECORD.open(bytes, file), file);
        assertThat(Envelope.RECORD.seal(RecordJson.write(record))).isEqualTo(bytes);
      }
    }
  }

  @Test
  void aStoreOfALaterVersionIsRefusedByName() throws IOException {
    Golden.copy(Golden.files("v1"), directory);
    Path format = directory.resolve("FORMAT");
    Files.write(format, ofVersion(2, Files.readAllBytes(format)));
    assertThatThrownBy(() -> CheckpointStore.open(directory, Contents.settings()))
        .isInstanceOf(DamagedStoreException.class)
        .hasMessageContaining("format version 2")
        .hasMessageContaining("use a newer Landfall");
  }

  @Test
  void aRecordOfALaterVersionIsLeftOutAndNamed() throws IOException {
    Golden.copy(Golden.files("v1"), directory);
    Path record;
    try (var records = Files.list(directory.resolve("records"))) {
      record = records.sorted().findFirst().orElseThrow();
    }
    Files.write(record, ofVersion(2, Files.readAllBytes(record)));
    try (CheckpointStore store = CheckpointStore.inspect(directory)) {
      assertThat(store.list()).hasSize(1);
      assertThat(store.damagedRecords().get(record)).contains("use a newer Landfall");
    }
  }

  @Test
  void aFeatureThatIsNotKnownIsRefusedByName() throws IOException {
    byte[] json =
        "{\"uuid\":\"0-0-0-0-0\",\"chunkSizeBytes\":65536,\"incompatibleFeatures\":[\"tape\"]}"
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Path format = spool.resolve("FORMAT");
    assertThatThrownBy(() -> StoreFormat.readFrom(Envelope.FORMAT.seal(json), format))
        .isInstanceOf(DamagedStoreException.class)
        .hasMessageContaining("[tape]");
  }

  /// The same envelope with another version and a digest that agrees.
  private static byte[] ofVersion(int version, byte[] file) {
    ByteBuffer.wrap(file).putInt(8, version);
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(file, 0, file.length - 32);
      System.arraycopy(sha256.digest(), 0, file, file.length - 32, 32);
      return file;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /// `-Dgolden.write=v2` makes the files of a new version; those of old ones are never made again.
  @Test
  @EnabledIfSystemProperty(named = "golden.write", matches = "v.*")
  void makeTheFilesOfANewVersion() throws IOException {
    Golden.make(directory, settings(System.getProperty("golden.write")));
    for (String part : List.of("index", "LOCK", "tmp")) {
      io.landfall.store.index.RocksIndex.delete(directory.resolve(part));
      Files.deleteIfExists(directory.resolve(part));
    }
    Golden.copy(directory, Golden.files(System.getProperty("golden.write")));
  }
}
