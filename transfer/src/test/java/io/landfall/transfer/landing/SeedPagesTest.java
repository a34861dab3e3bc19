package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The next version of an image, of which a few pages have changed, is landed where the former one
/// is.
class SeedPagesTest {
  private static final int PAGE = Chunks.PAGE_SIZE_BYTES;
  private static final int CHUNK = Chunks.DEFAULT_SIZE_BYTES;
  private static final int CHUNKS = 160;

  @TempDir Path directory;
  private Wire wire;
  private RawFile former;
  private RawFile next;

  @BeforeEach
  void start() throws IOException {
    wire = Wire.open();
    Path path = directory.resolve("former.raw");
    former = RawFile.create(path, (long) CHUNKS * CHUNK);
    RandomGenerator random = Images.random(1);
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      Images.fill(former, (long) chunk * CHUNK, CHUNK, random);
    }
    former.zero(PAGE, 3 * PAGE); // some of what both have is zero
    Files.copy(path, directory.resolve("next.raw"));
    next = RawFile.openWritable(directory.resolve("next.raw"));
    next.zero(PAGE, 3 * PAGE);
  }

  @AfterEach
  void stop() throws IOException {
    former.close();
    next.close();
    wire.close();
  }

  private LandedImage land() throws IOException {
    next.flush();
    Manifest manifest = Images.manifestOf(next);
    wire.serve(
        "next",
        () ->
            Export.of(RawFile.open(next.path()))
                .withManifest(CompletableFuture.completedFuture(manifest)));
    List<Seed> seeds = List.of(new Seed(Images.manifestOf(former), former));
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "next")) {
      LandedImage landed =
          Landing.land(
              remote,
              directory.resolve("landed.raw"),
              LandingOptions.DEFAULT.withSeeds(seeds).askingPages(),
              TransferListener.NONE);
      try (RawFile copy = RawFile.open(landed.path())) {
        assertThat(Images.mismatch(next, copy)).isEqualTo(-1);
      }
      assertThat(landed.manifest().imageId()).isEqualTo(manifest.imageId());
      return landed;
    }
  }

  @Test
  void onlyPagesThatDifferTravel() throws IOException {
    RandomGenerator random = Images.random(2);
    int changed = 0;
    for (int chunk = 1; chunk < CHUNKS; chunk += 2) {
      Images.fill(next, (long) chunk * CHUNK + (long) (chunk % 64) * PAGE, PAGE, random);
      changed++;
    }
    Images.fill(next, 0, PAGE, random); // beside pages that are zero in both
    changed++;
    TransferRecord record = land().record();
    assertThat(record.pulledBytes()).isEqualTo((long) changed * PAGE);
    assertThat(record.pulledBytes() + record.seedBytes() + record.zeroBytes())
        .isEqualTo(next.sizeBytes());
  }

  @Test
  void imageThatIsAnotherIsNotComparedToItsEnd() throws IOException {
    RandomGenerator random = Images.random(3);
    for (int chunk = 1; chunk < CHUNKS; chunk++) {
      Images.fill(next, (long) chunk * CHUNK, CHUNK, random);
    }
    TransferRecord record = land().record();
    assertThat(record.pulledBytes()).isEqualTo((long) (CHUNKS - 1) * CHUNK);
    assertThat(record.wireBytes()).isLessThan(record.pulledBytes() + Images.MIB);
  }
}
