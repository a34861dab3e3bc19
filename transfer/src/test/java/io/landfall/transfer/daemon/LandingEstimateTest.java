package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Reply;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LandingEstimateTest {
  private static final int CHUNK = Chunks.DEFAULT_SIZE_BYTES;

  private final Manifest input = manifest(1, 2, 3, 0, 0, 4);
  private final Manifest checkpoint = manifest(1, 2, 9, 8, 0, 4);

  @Test
  void aHostWithNothingPullsEverythingButZeros() {
    LandingEstimate estimate = new LandingEstimate(List.of(checkpoint), 0, Map.of());

    assertThat(estimate.missingBytes(List.of())).isEqualTo(5L * CHUNK);
  }

  @Test
  void aHostWithTheInputImagePullsWhatDiffers() {
    LandingEstimate estimate =
        new LandingEstimate(List.of(checkpoint), 0, Map.of(name(input), input));

    assertThat(estimate.missingBytes(List.of(name(input)))).isEqualTo(2L * CHUNK);
  }

  @Test
  void aHostWithTheImagePullsNothingButWhatIsNotKnownYet() {
    LandingEstimate estimate = new LandingEstimate(List.of(input), 77, Map.of(name(input), input));

    assertThat(estimate.missingBytes(List.of(name(input)))).isEqualTo(77);
  }

  @Test
  void aSlowHostTakesLonger() {
    LinkRates rates = new LinkRates();
    Duration unknown = rates.timeFor("a", 1 << 30);

    rates.landed("a", List.of(part(10 << 20, 1000)));

    assertThat(rates.timeFor("a", 1 << 30)).isGreaterThan(unknown);
    assertThat(rates.timeFor("a", 10 << 20)).isEqualTo(Duration.ofSeconds(1));
    assertThat(rates.timeFor("b", 1 << 30)).isEqualTo(unknown);
  }

  private static Reply.LandedPart part(long pulled, long millis) {
    return new Reply.LandedPart("vda", "", new Figures(pulled, 0, 0, 0, 0, pulled, pulled, millis));
  }

  private static String name(Manifest manifest) {
    return manifest.imageId().toString();
  }

  private static Manifest manifest(int... content) {
    Manifest.Builder builder = Manifest.builder((long) content.length * CHUNK, CHUNK);
    for (int i = 0; i < content.length; i++) {
      ByteBuffer bytes = ByteBuffer.allocate(4).putInt(0, content[i]);
      builder.put(i, content[i] == 0 ? ChunkId.ZERO : ChunkId.of(bytes));
    }
    return builder.build();
  }
}
