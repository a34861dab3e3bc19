package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.client.TransferProgress;
import io.landfall.transfer.client.TransferProgress.Phase;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A landing whose disk somebody else fills while it lands: a real file system that is full.
@Timeout(120)
class FullDiskTest {
  private static final long SIZE = 64L << 20;
  private static final long DATA = 24L << 20;

  @TempDir Path directory;
  private Path small;
  private Wire wire;
  private RawFile image;

  @BeforeEach
  void mount() throws Exception {
    Tools.need("mount");
    assumeTrue(Tools.isRoot(), "mounting needs root");
    small = Files.createDirectory(directory.resolve("small"));
    Tools.run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", small.toString());
    image = Images.sparse(directory.resolve("source.raw"), SIZE, DATA, 1);
    wire = Wire.open();
    wire.serve("disk", () -> Export.of(RawFile.open(image.path())).withStamp("1"));
  }

  @AfterEach
  void unmount() throws Exception {
    wire.close();
    image.close();
    Tools.run("umount", "--lazy", small.toString());
  }

  private LandedImage land(TransferListener listener) throws IOException {
    try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
      return Landing.land(remote, target(), LandingOptions.DEFAULT, listener);
    }
  }

  private Path target() {
    return small.resolve("landed.raw");
  }

  @Test
  void isOneClearSentenceAndWithRoomTheRestComes() throws Exception {
    Path ballast = small.resolve("ballast");
    LandingException refusal =
        catchThrowableOfType(
            LandingException.class, () -> land(progress -> fillAfterSome(progress, ballast)));

    assertThat(refusal).isNotNull();
    assertThat(refusal.code()).isEqualTo(ErrorCode.DISK_FULL);
    assertThat(refusal).hasMessageContaining("is full").hasMessageContaining(small.toString());
    assertThat(refusal.getMessage()).doesNotContain("\n");
    assertThat(target()).doesNotExist();

    Files.delete(ballast);
    LandedImage landed = land(TransferListener.NONE);
    assertThat(landed.record().resumedBytes()).isPositive();
    try (RawFile copy = RawFile.open(landed.path())) {
      assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
    }
    assertThat(small.toFile().list()).containsExactly("landed.raw");
  }

  @Test
  void isSaidAgainUntilThereIsRoomAndNothingIsLost() throws Exception {
    Path ballast = small.resolve("ballast");
    LandingException first =
        catchThrowableOfType(
            LandingException.class, () -> land(progress -> fillAfterSome(progress, ballast)));
    LandingException second =
        catchThrowableOfType(LandingException.class, () -> land(TransferListener.NONE));
    assertThat(first.code()).isEqualTo(ErrorCode.DISK_FULL);
    assertThat(second.code()).isEqualTo(ErrorCode.DISK_FULL);
    assertThat(second).hasMessageContaining("make room and land again");

    Files.delete(ballast);
    assertThat(land(TransferListener.NONE).record().resumedBytes()).isPositive();
  }

  /// Takes all the room there is when some bytes have come.
  private synchronized void fillAfterSome(TransferProgress progress, Path ballast) {
    if (progress.phase() != Phase.PULL || progress.doneBytes() < 8 << 20 || Files.exists(ballast)) {
      return;
    }
    try {
      byte[] bytes = new byte[(int) small.toFile().getUsableSpace()];
      Files.write(ballast, bytes);
    } catch (IOException e) {
      if (Files.notExists(ballast)) {
        throw new UncheckedIOException(e); // else the landing took the last of it meanwhile
      }
    }
  }
}
