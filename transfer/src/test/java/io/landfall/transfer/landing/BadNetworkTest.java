package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.landing.Proxy.Fault;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Landing over a network that damages, swallows or cuts: never a wrong byte, always a sentence,
/// and the next attempt goes on.
@Timeout(120)
class BadNetworkTest {
  @TempDir Path directory;
  private Wire wire;
  private RawFile image;
  private Manifest manifest;

  @BeforeEach
  void start() throws IOException {
    wire =
        Wire.open(
            EndpointSettings.of("test")
                .withLiveness(Duration.ofMillis(500), Duration.ofMillis(2500)));
    image = Images.sparse(directory.resolve("source.raw"), 64 << 20, 24 << 20, 1);
    manifest = Images.manifestOf(image);
    wire.serve(
        "disk",
        () ->
            Export.of(RawFile.open(image.path()))
                .withManifest(CompletableFuture.completedFuture(manifest)));
  }

  @AfterEach
  void stop() throws IOException {
    image.close();
    wire.close();
  }

  private Path target() {
    return directory.resolve("landed.raw");
  }

  private LandedImage land(Peer peer) throws IOException {
    try (RemoteImage remote = RemoteImage.open(peer, "disk")) {
      return Landing.land(remote, target(), LandingOptions.DEFAULT, TransferListener.NONE);
    }
  }

  private void landOver(Fault fault, long bytes) throws IOException {
    try (Proxy proxy = new Proxy(wire.address(), fault, bytes)) {
      land(wire.client().connect(proxy.address()));
    }
  }

  private void assertGoesOn() throws IOException {
    assertThat(target()).doesNotExist();
    LandedImage landed = land(wire.peer());
    assertThat(landed.record().resumedBytes()).isPositive();
    assertThat(landed.manifest().imageId()).isEqualTo(manifest.imageId());
    try (RawFile copy = RawFile.open(target())) {
      assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
    }
  }

  @Test
  void damagedFrameCostsAConnectionAndNeverAByte() throws IOException {
    // One of two data connections refuses the frame; the other goes on with what it had to bring.
    landOver(Fault.FLIP, 12 << 20);
    try (RawFile copy = RawFile.open(target())) {
      assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
    }
  }

  @Test
  void cutConnectionIsMadeUpForByTheOther() throws IOException {
    landOver(Fault.CUT, 12 << 20);
    try (RawFile copy = RawFile.open(target())) {
      assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DROP", "DUPLICATE", "DELAY"})
  void bytesThatAreMissingOrComeTwiceOrLateNeverLandWrong(Fault fault) throws IOException {
    landOver(fault, 12 << 20);
    try (RawFile copy = RawFile.open(target())) {
      assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
    }
  }

  @Test
  void landingCutAgainAndAgainGoesOnEachTime() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    int cuts = 0;
    while (Files.notExists(target())) {
      assertThat(cuts++).as("attempts").isLessThan(50);
      try (Proxy proxy = new Proxy(wire.address(), Fault.CUT, random.nextLong(1, 16 << 20));
          Proxy second = new Proxy(proxy.address(), Fault.CUT, random.nextLong(1, 16 << 20))) {
        land(wire.client().connect(second.address()));
      } catch (IOException e) {
        assertThat(target()).doesNotExist();
      }
    }
    try (RawFile copy = RawFile.open(target())) {
      assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
    }
  }

  @Test
  void pulledCableEndsTheLandingWithASentence() throws IOException {
    assertThatThrownBy(() -> landOver(Fault.SWALLOW, 12 << 20))
        .isInstanceOf(LandingException.class)
        .hasMessageContaining("no sign of life from it for too long");
    assertGoesOn();
  }
}
