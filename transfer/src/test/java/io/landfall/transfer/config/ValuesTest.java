package io.landfall.transfer.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Booleans and sizes as users write them.
class ValuesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"true", "T", "yes", "Y", "1", "2.5", "-1", "1 < 2", "!false", "TRUE && 1"})
  void isTrue(String text) {
    assertThat(Values.bool(text)).contains(true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"False", "f", "NO", "n", "0", "0.0", "1 > 2"})
  void isFalse(String text) {
    assertThat(Values.bool(text)).contains(false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"maybe", "on", "1 / 0", "\"true\"", "undefined", "1 +", ""})
  void isNoBoolean(String text) {
    assertThat(Values.bool(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "512, 512",
    "512M, 512",
    "1g, 1024",
    "1.5 GB, 1536",
    "1024K, 1",
    "1K, 1",
    "2T, 2097152"
  })
  void memoryIsInMegabytesOrHasAUnit(String text, int mebibytes) {
    assertThat(Values.memoryMiB(text)).hasValue(mebibytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "0.0", "x", "1 2", "65T", "9999999999999", "1P", ""})
  void isNoMemory(String text) {
    assertThat(Values.memoryMiB(text)).isEmpty();
  }
}
