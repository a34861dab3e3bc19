package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.client.TransferProgress;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  void landedFirstAndSealedAfterThat() throws IOException {
    CompletableFuture<Manifest> hashing = new CompletableFuture<>();
    wire.serve("disk", () -> Export.of(RawFile.open(image.path())).withManifest(hashing));
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
      LandedImage landed =
          Landing.land(
              remote, target(), LandingOptions.DEFAULT.sealingBehind(), TransferListener.NONE);
      assertThat(landed.sealed()).isNotDone();
      assertLanded(image, landed.path());
      hashing.complete(manifest);
      assertThat(landed.manifest().imageId()).isEqualTo(manifest.imageId());
    }
  }

  @Test
  void landedImageThatIsNotWhatItsManifestNamesIsNeverSealed() throws IOException {
    Manifest other = manifest.toBuilder().put(0, new ChunkId(1, 2, 3, 4)).build();
    wire.serve(
        "disk",
        () ->
            Export.of(RawFile.open(image.path()))
                .withManifest(CompletableFuture.completedFuture(other)));
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
      LandedImage landed =
          Landing.land(
              remote, target(), LandingOptions.DEFAULT.sealingBehind(), TransferListener.NONE);
      assertThatThrownBy(() -> landed.sealed().join())
          .hasRootCauseInstanceOf(LandingException.class)
          .hasMessageContaining("1 chunks are not what the manifest names; chunk 0 at byte 0");
    }
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

  private static void assertLanded(RawFile source, Path path) throws IOException {
    try (RawFile copy = RawFile.open(path)) {
      assertThat(Images.mismatch(source, copy)).isEqualTo(-1);
    }
  }

  @Test
  void imageOfAnySizeLands() throws IOException {
    for (long size : new long[] {0, 1, 4095, 4097, (1 << 20) + 17}) {
      MemoryDevice small = new MemoryDevice(size);
      if (size > 0) {
        Images.fill(small, size - 1, 1, Images.random(size));
      }
      wire.serve("small", () -> Export.of(small));
      try (RemoteImage remote = RemoteImage.open(wire.peer(), "small")) {
        LandedImage landed =
            Landing.land(
                remote,
                directory.resolve("s" + size),
                LandingOptions.DEFAULT,
                TransferListener.NONE);
        assertThat(landed.manifest().imageId()).isEqualTo(Images.manifestOf(small).imageId());
        assertThat(Files.size(landed.path())).isEqualTo(size);
      }
    }
  }

  @Test
  void zeroPagesInsideDataDoNotTravel() throws IOException {
    Path path = directory.resolve("zeros.raw");
    try (RawFile file = RawFile.create(path, 16 << 20)) {
      file.write(0, ByteBuffer.allocate(16 << 20)); // allocated, and all zero
      Images.fill(file, 8 << 20, 4096, Images.random(3));
    }
    wire.serve("disk", () -> Export.of(RawFile.open(path)));
    LandedImage landed = land(LandingOptions.DEFAULT);
    assertThat(landed.record().pulledBytes()).isEqualTo(4096);
    try (RawFile copy = RawFile.open(landed.path())) {
      assertThat(Images.dataOf(copy)).containsExactly(new Range(8 << 20, 4096));
    }
  }

  @Test
  void layerLandsOverItsLocalBase() throws IOException {
    MemoryDevice layer = new MemoryDevice(SIZE);
    Images.fill(layer, 4 << 20, 3 << 16, Images.random(5));
    layer.zero(0, 4096); // the base has data there
    Manifest composed = Images.manifestOf(LayeredDevice.over(layer, image));
    wire.serve(
        "disk",
        () ->
            Export.of(layer)
                .withBase(manifest.imageId())
                .withManifest(CompletableFuture.completedFuture(composed)));
    LandedImage landed = land(LandingOptions.DEFAULT.withBase(image));
    assertThat(landed.manifest().imageId()).isEqualTo(composed.imageId());
    assertThat(landed.record().pulledBytes()).isEqualTo(3 << 16);
    assertThat(landed.record().baseBytes()).isGreaterThan(DATA / 2);
    try (RawFile copy = RawFile.open(landed.path())) {
      assertThat(Images.mismatch(LayeredDevice.over(layer, image), copy)).isEqualTo(-1);
    }
  }

  @Test
  void layerOverAnotherBaseIsRefused() throws IOException {
    MemoryDevice layer = new MemoryDevice(SIZE);
    Images.fill(layer, 4 << 20, 4096, Images.random(5));
    Manifest composed = Images.manifestOf(LayeredDevice.over(layer, image));
    wire.serve(
        "disk",
        () ->
            Export.of(layer)
                .withBase(manifest.imageId())
                .withManifest(CompletableFuture.completedFuture(composed)));
    assertThatThrownBy(() -> land(LandingOptions.DEFAULT))
        .isInstanceOf(LandingException.class)
        .hasMessageContaining("give that image as the base")
        .hasMessageContaining(manifest.imageId().toString());
    MemoryDevice wrong = new MemoryDevice(SIZE);
    assertThatThrownBy(() -> land(LandingOptions.DEFAULT.withBase(wrong)))
        .isInstanceOf(LandingException.class)
        .hasMessageContaining("is the base the image that the source means?");
    assertThat(target()).doesNotExist();
  }

  @Test
  void sourceThatIsStillHashingIsPulledAndComparedLater() throws IOException {
    CompletableFuture<Manifest> hashing = new CompletableFuture<>();
    wire.serve("disk", () -> Export.of(RawFile.open(image.path())).withManifest(hashing));
    CompletableFuture<Long> pulled = new CompletableFuture<>();
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
      assertThat(remote.imageId()).isEmpty();
      LandedImage landed =
          Landing.land(
              remote,
              target(),
              LandingOptions.DEFAULT,
              progress -> {
                if (progress.phase() == TransferProgress.Phase.SEAL && pulled.complete(1L)) {
                  hashing.complete(manifest); // only now that all has been pulled
                }
              });
      assertThat(landed.manifest().imageId()).isEqualTo(manifest.imageId());
    }
    assertThat(pulled).isCompleted();
    assertLanded(image, target());
  }

  @Test
  void contentThatIsNotWhatTheManifestNamesNeverLands() throws IOException {
    Manifest lie =
        manifest.toBuilder()
            .put(3, Images.manifestOf(MemoryDevice.of(new byte[] {1})).chunk(0))
            .build();
    wire.serve(
        "disk",
        () ->
            Export.of(RawFile.open(image.path()))
                .withManifest(CompletableFuture.completedFuture(lie)));
    assertThatThrownBy(() -> land(LandingOptions.DEFAULT))
        .isInstanceOfSatisfying(
            LandingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONTENT_MISMATCH))
        .hasMessageContaining("chunk 3 at byte 786432")
        .hasMessageContaining("also when fetched again");
    assertThat(target()).doesNotExist();
  }

  @Test
  void landingGoesOnWithAnotherPeerWhenTheSourceFails() throws IOException {
    wire.serve(
        "disk",
        () ->
            Export.of(new FailingDevice(RawFile.open(image.path()), 20 << 20))
                .withManifest(CompletableFuture.completedFuture(manifest)));
    assertThatThrownBy(() -> land(LandingOptions.DEFAULT))
        .isInstanceOfSatisfying(
            LandingException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_READ_FAILED))
        .hasMessageContaining("the medium failed")
        .hasMessageContaining("the next attempt goes on from there");
    assertThat(target()).doesNotExist();
    try (Wire other = Wire.open()) {
      other.serve("another name", this::export);
      try (RemoteImage remote = RemoteImage.open(other.peer(), "another name")) {
        LandedImage landed =
            Landing.land(remote, target(), LandingOptions.DEFAULT, TransferListener.NONE);
        // 20 MiB were read, and no more than two windows of 8 MiB can have been on their way.
        assertThat(landed.record().resumedBytes()).isGreaterThan(2 << 20);
        assertThat(landed.record().pulledBytes() + landed.record().resumedBytes())
            .isBetween(DATA / 2, DATA + Images.MIB);
      }
    }
    assertLanded(image, target());
  }

  @Test
  void deadSourceIsOneClearSentence() throws IOException {
    CompletableFuture<Void> noticed = new CompletableFuture<>();
    wire.serve(
        "disk",
        () ->
            Export.of(
                new FailingDevice(
                    RawFile.open(image.path()),
                    10 << 20,
                    () -> {
                      wire.accepted().close();
                      noticed.join(); // the read never ends, as far as the receiver can tell
                    })));
    assertThatThrownBy(() -> land(LandingOptions.DEFAULT))
        .isInstanceOf(LandingException.class)
        .hasMessageContaining("link to test closed: closed by test")
        .hasMessageContaining("the next attempt goes on from there");
    noticed.complete(null);
    assertThat(target()).doesNotExist();
  }

  @Test
  void partOfOtherContentIsNotGoneOnWith() throws IOException {
    wire.serve(
        "disk",
        () ->
            Export.of(new FailingDevice(RawFile.open(image.path()), 20 << 20))
                .withStamp("yesterday"));
    assertThatThrownBy(() -> land(LandingOptions.DEFAULT)).isInstanceOf(LandingException.class);
    wire.serve("disk", () -> Export.of(RawFile.open(image.path())).withStamp("today"));
    assertThat(land(LandingOptions.DEFAULT).record().resumedBytes()).isZero();
    assertLanded(image, target());
  }

  @Test
  void tooLittleSpaceIsFoundBeforeAnythingTravels() throws IOException {
    wire.serve("disk", this::export);
    assertThatThrownBy(() -> land(LandingOptions.DEFAULT.withReserveBytes(Long.MAX_VALUE)))
        .isInstanceOfSatisfying(
            LandingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL))
        .hasMessageContaining("make room and land again");
    assertThat(target()).doesNotExist();
    land(LandingOptions.DEFAULT);
  }

  @Test
  void secondLandingOfOneTargetIsRefusedWhileTheFirstRuns() throws IOException {
    wire.serve("disk", this::export);
    CompletableFuture<Throwable> second = new CompletableFuture<>();
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
      Landing.land(
          remote,
          target(),
          LandingOptions.DEFAULT,
          progress -> {
            if (progress.phase() == TransferProgress.Phase.PULL && !second.isDone()) {
              second.complete(catchThrowable(() -> land(LandingOptions.DEFAULT)));
            }
          });
    }
    assertThat(second.join())
        .isInstanceOf(LandingException.class)
        .hasMessageContaining("another landing holds");
    assertLanded(image, target());
  }

  @Test
  void imagesLandAtOnceOverOneLinkAndOverTwo() throws Exception {
    wire.serve("disk", this::export);
    Peer second = wire.client().connect(wire.address());
    List<CompletableFuture<LandedImage>> landings = new ArrayList<>();
    int index = 0;
    for (Peer peer : List.of(wire.peer(), wire.peer(), second)) {
      Path path = directory.resolve("copy" + index++);
      CompletableFuture<LandedImage> landing = new CompletableFuture<>();
      landings.add(landing);
      Thread.ofVirtual()
          .start(() -> {
            try (RemoteImage remote = RemoteImage.open(peer, "disk")) {
              landing.complete(
                  Landing.land(remote, path, LandingOptions.DEFAULT, TransferListener.NONE));
            } catch (IOException e) {
              landing.completeExceptionally(e);
            }
          });
    }
    for (CompletableFuture<LandedImage> landing : landings) {
      assertLanded(image, landing.get().path());
    }
  }

  @Test
  void landedImageWhosePartWasNotRemovedIsNeverWrittenTo() throws IOException {
    wire.serve("disk", this::export);
    LandedImage landed = land(LandingOptions.DEFAULT);
    // As a kill between naming and tidying leaves it.
    Files.createLink(PartFile.pathFor(target()), landed.path());
    Path moved = Files.move(landed.path(), directory.resolve("in-use.raw"));
    land(LandingOptions.DEFAULT);
    assertThat(Files.isSameFile(moved, target())).isFalse();
    assertLanded(image, moved);
    assertLanded(image, target());
  }
}
