package io.landfall.store.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreKeyTest {
  private static final UUID STORE = new UUID(1, 2);

  @TempDir private Path directory;

  private Path file(byte[] content, String mode) throws IOException {
    Path file = Files.write(directory.resolve("key"), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  @Test
  void rawBytesAndBase64AreTheSameKey() throws IOException {
    byte[] bytes = new byte[32];
    bytes[5] = 77;
    String raw = StoreKey.read(file(bytes, "rw-------")).check(STORE);
    byte[] text =
        (Base64.getEncoder().encodeToString(bytes) + "\n").getBytes(StandardCharsets.US_ASCII);
    assertThat(StoreKey.read(file(text, "r--------")).check(STORE)).isEqualTo(raw);
    assertThat(StoreKey.read(file(text, "r--------")).check(new UUID(1, 3))).isNotEqualTo(raw);
  }

  @Test
  void aNewKeyIsReadableByItsOwnerAlone() throws IOException {
    Path file = directory.resolve("new");
    StoreKey.create(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(StoreKey.read(file)).hasToString("StoreKey");
    assertThatThrownBy(() -> StoreKey.create(file)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 33, 44, 256, 257, 100_000})
  void whatIsNoKeyIsRefused(int length) throws IOException {
    Path file = file(new byte[length], "rw-------");
    assertThatThrownBy(() -> StoreKey.read(file))
        .isInstanceOf(KeyRefusedException.class)
        .hasMessageContaining("not a key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
  void aKeyThatOthersMayReadIsRefused(String mode) throws IOException {
    Path file = file(new byte[32], mode);
    assertThatThrownBy(() -> StoreKey.read(file))
        .isInstanceOf(KeyRefusedException.class)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> StoreKey.read(directory.resolve("none")))
        .isInstanceOf(KeyRefusedException.class)
        .hasMessageContaining("no such key file");
  }
}
