package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.landing.Proxy.Fault;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A source that fails or stalls in the middle: another one goes on.
@Timeout(120)
class SourcesTest {
  private static final StallRule SOON = new StallRule(1, Duration.ofSeconds(1));

  @TempDir Path directory;
  private Wire wire;
  private RawFile image;
  private Manifest manifest;

  @BeforeEach
  void start() throws IOException {
    wire = Wire.open();
    image = Images.sparse(directory.resolve("source.raw"), 64 << 20, 24 << 20, 1);
    manifest = Images.manifestOf(image);
    serve("disk", manifest);
  }

  @AfterEach
  void stop() throws IOException {
    image.close();
    wire.close();
  }

  private void serve(String name, Manifest names) {
    wire.serve(
        name,
        () ->
            Export.of(RawFile.open(image.path()))
                .withManifest(CompletableFuture.completedFuture(names)));
  }

  private LandedImage land(RemoteImage first, RemoteImage other) throws IOException {
    return Landing.land(
        first,
        directory.resolve("landed.raw"),
        LandingOptions.DEFAULT.withOthers(List.of(other)).withStall(SOON),
        TransferListener.NONE);
  }

  private void assertGoesOnAfter(Fault fault) throws IOException {
    try (Proxy proxy = new Proxy(wire.address(), fault, 12 << 20);
        RemoteImage first = RemoteImage.open(wire.client().connect(proxy.address()), "disk");
        RemoteImage other = RemoteImage.open(wire.peer(), "disk")) {
      LandedImage landed = land(first, other);
      assertThat(landed.manifest().imageId()).isEqualTo(manifest.imageId());
      assertThat(landed.record().pulledBytes() + landed.record().zeroBytes()).isEqualTo(64 << 20);
      try (RawFile copy = RawFile.open(landed.path())) {
        assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
      }
    }
  }

  @Test
  void sourceThatStallsIsLeftForAnother() throws IOException {
    assertGoesOnAfter(Fault.SWALLOW);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void sourceOfOtherContentIsNotAsked() throws IOException {
    serve("other", manifest.toBuilder().put(1, new ChunkId(1, 2, 3, 4)).build());
    try (Proxy proxy = new Proxy(wire.address(), Fault.SWALLOW, 12 << 20);
        RemoteImage first = RemoteImage.open(wire.client().connect(proxy.address()), "disk");
        RemoteImage other = RemoteImage.open(wire.peer(), "other")) {
      assertThatThrownBy(() -> land(first, other))
          .isInstanceOf(LandingException.class)
          .hasMessageContaining("stalls: less than 1 bytes in 1.0 s");
    }
  }
}
