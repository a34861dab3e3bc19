package io.landfall.snapshot.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Qcow2OverlayTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(longs = {0, 512, 1 << 20, 512L << 20, (512L << 20) + 512, 5L << 40, 1L << 51})
  void aNewOverlayIsOneHoleWithoutABackingName(long sizeBytes) throws IOException {
    Path path = dir.resolve("new.qcow2");
    Qcow2Overlay.create(path, sizeBytes);
    try (Qcow2Image layer = Qcow2Image.openLayer(path)) {
      assertThat(layer.sizeBytes()).isEqualTo(sizeBytes);
      assertThat(layer.backingName()).isEmpty();
      assertThat(layer.version()).isEqualTo(3);
      if (sizeBytes > 0) {
        assertThat(layer.extents(0, sizeBytes, 9))
            .containsExactly(new Extent(0, sizeBytes, Kind.HOLE));
      }
    }
  }

  @Test
  void roundsUpToWholeSectors() throws IOException {
    Path path = dir.resolve("new.qcow2");
    Qcow2Overlay.create(path, 1000);
    try (Qcow2Image layer = Qcow2Image.openLayer(path)) {
      assertThat(layer.sizeBytes()).isEqualTo(1024);
    }
  }

  @Test
  void neverReplacesAFile() throws IOException {
    Path path = Files.createFile(dir.resolve("there.qcow2"));
    assertThatThrownBy(() -> Qcow2Overlay.create(path, 512))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(path).isEmptyFile();
  }
}
