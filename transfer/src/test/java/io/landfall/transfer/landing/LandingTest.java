package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LandingTest {
  private static final long SIZE = 256L << 20;
  private static final long DATA = 40L << 20;

  @TempDir Path directory;
  private Wire wire;
  private RawFile image;
  private Manifest manifest;

  @BeforeEach
  void start() throws IOException {
    wire = Wire.open();
    image = Images.sparse(directory.resolve("source.raw"), SIZE, DATA, 1);
    manifest = Images.manifestOf(image);
  }

  @AfterEach
  void stop() throws IOException {
    image.close();
    wire.close();
  }

  private Path target() {
    return directory.resolve("landed.raw");
  }

  private Export export() throws IOException {
    return Export.of(RawFile.open(image.path()))
        .withManifest(CompletableFuture.completedFuture(manifest))
        .withStamp(Export.stampOf(image.path()));
  }

  private LandedImage land(LandingOptions options) throws IOException {
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
      return Landing.land(remote, target(), options, TransferListener.NONE);
    }
  }

  @Test
  void sparseImageLandsByteExactAndHoleExact() throws IOException {
    wire.serve("disk", this::export);
    LandedImage landed = land(LandingOptions.DEFAULT);
    try (RawFile copy = RawFile.open(landed.path())) {
      assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
      assertThat(Images.dataOf(copy)).isEqualTo(Images.dataOf(image));
    }
    assertThat(landed.manifest().imageId()).isEqualTo(manifest.imageId());
    TransferRecord record = landed.record();
    assertThat(record.imageBytes()).isEqualTo(SIZE);
    assertThat(record.pulledBytes()).isBetween(DATA / 2, DATA + Images.MIB);
    assertThat(record.wireBytes())
        .isBetween(record.pulledBytes(), record.pulledBytes() + Images.MIB);
    assertThat(record.pulledBytes() + record.zeroBytes()).isEqualTo(SIZE);
    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder("source.raw", "landed.raw"); // no part, no journal
  }

  @Test
  void foreignFileIsNotReplacedUnlessAsked() throws IOException {
    wire.serve("disk", this::export);
    Files.writeString(target(), "mine");
    assertThatThrownBy(() -> land(LandingOptions.DEFAULT))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(target()).hasContent("mine");
    land(LandingOptions.DEFAULT.replacing());
    assertThat(Files.size(target())).isEqualTo(SIZE);
  }
}
