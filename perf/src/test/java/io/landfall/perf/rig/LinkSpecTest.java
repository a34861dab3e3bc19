package io.landfall.perf.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkSpecTest {
  @Test
  void aRateAndARoundTripAreRead() throws IOException {
    LinkSpec slow = LinkSpec.parse("100mbit,20ms");
    assertThat(slow).isEqualTo(new LinkSpec(100_000_000, Duration.ofMillis(20)));
    assertThat(slow).hasToString("100 Mbit/s, 20 ms");
    assertThat(slow.queueBytes()).isEqualTo(1_250_000);
    assertThat(LinkSpec.parse("1Gbit")).hasToString("1 Gbit/s");
    assertThat(LinkSpec.parse("64kbit").queueBytes()).isEqualTo(65536);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"fast", "100", "100mbit,20", "100mbit, 20ms", "0gbit", "999gbit", "1gbit,9999ms"})
  void whatIsNoLinkIsRefusedWithWhatWouldBe(String text) {
    assertThatThrownBy(() -> LinkSpec.parse(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("link ")
        .hasMessageContaining("expected");
  }
}
