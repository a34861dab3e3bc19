package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.ImageIndex;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.chunking.ImageIndexes;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.session.Checksums;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Images whose chunks the kernel sends from the file, with the checksums of an index.
@Timeout(120)
class KernelSendTest {
  /// Offsets behind 4 GiB are where a library once cut them to 32 bits.
  private static final long SIZE = (5L << 30) + 4096;

  @TempDir Path directory;
  private Wire wire;
  private RawFile image;
  private ImageIndex index;

  @BeforeEach
  void start() throws IOException {
    wire = Wire.open();
    image = RawFile.create(directory.resolve("source.raw"), SIZE);
    var random = Images.random(3);
    Images.fill(image, 1 << 20, 5 << 20, random);
    Images.fill(image, (2L << 30) - (1 << 20), 2 << 20, random);
    Images.fill(image, (4L << 30) + (3 << 18), 3 << 18, random);
    image.zero((4L << 30) + (1 << 20) + 8192, 4096); // a chunk with a zero page
    Images.fill(image, SIZE - 4096, 4096, random);
    image.flush();
    index =
        ImageIndexes.at(directory.resolve("indexes"))
            .indexOf(image.path(), image, Chunks.DEFAULT_SIZE_BYTES, done -> {});
  }

  @AfterEach
  void stop() throws IOException {
    image.close();
    wire.close();
  }

  private LandedImage land() throws IOException {
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
      return Landing.land(
          remote, directory.resolve("landed.raw"), LandingOptions.DEFAULT, TransferListener.NONE);
    }
  }

  private void serve(Checksums checksums) {
    wire.serve("disk", () -> Export.of(RawFile.open(image.path())).withChecksums(checksums));
  }

  @Test
  void landsByteExactAtAnyOffset() throws IOException {
    serve(Checksums.of(index));
    LandedImage landed = land();
    assertThat(landed.manifest().imageId()).isEqualTo(index.manifest().imageId());
    assertThat(landed.record().zeroBytes()).isGreaterThan(5L << 29);
  }

  @Test
  void chunkWithAZeroPageIsNotSentWhole() {
    long withZeroPage = ((4L << 30) + (1 << 20)) / Chunks.DEFAULT_SIZE_BYTES;
    assertThat(Checksums.of(index).dense(withZeroPage)).isEmpty();
    assertThat(Checksums.of(index).dense(4)).isPresent();
  }

  @Test
  void bytesThatChangedSinceTheyWereIndexedAreRefused() throws IOException {
    serve(Checksums.of(index));
    image.write(3 << 20, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertThatThrownBy(this::land)
        .isInstanceOf(LandingException.class)
        .hasMessageContaining("damaged on the way");
  }

  @Test
  void manyLandOneImageAtOnceAndItStaysOpen() throws IOException {
    serve(chunk -> Checksums.of(index).dense(chunk));
    for (int i = 0; i < 3; i++) {
      try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
        ByteBuffer bytes = ByteBuffer.allocate(2 << 20);
        remote.read(1 << 20, bytes);
        assertThat(bytes.flip()).isEqualTo(Images.read(image, 1 << 20, 2 << 20));
      }
    }
    assertThat(Checksums.NONE.dense(1)).isEqualTo(OptionalInt.empty());
  }
}
