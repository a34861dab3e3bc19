package io.landfall.snapshot.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.testing.Contents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every way of lying that is known, one poke each into a good image.
class Qcow2RefusalTest {
  @TempDir private Path dir;

  @TestFactory
  Stream<DynamicTest> everyPokeIsRefused() throws IOException {
    Path good = dir.resolve("good.qcow2");
    PokedQcow2.writeGood(good);
    byte[] image = Files.readAllBytes(good);
    return PokedQcow2.POKES.stream()
        .map(poke ->
            dynamicTest(
                poke.name(),
                () -> {
                  Path bad = dir.resolve("bad.qcow2");
                  Files.write(bad, poke.applyTo(image));
                  Optional<CorruptImageException> refusal = PokedQcow2.refusal(bad);
                  assertThat(refusal).isPresent();
                  assertThat(refusal.get()).hasMessageStartingWith("bad.qcow2: ");
                  assertThat(refusal.get().reason()).isEqualTo(poke.reason());
                }));
  }

  @Test
  void theImageWithoutAPokeIsGood() throws IOException {
    Path good = dir.resolve("good.qcow2");
    byte[] content = PokedQcow2.writeGood(good);
    try (Qcow2Image layer = Qcow2Image.openLayer(good)) {
      assertThat(Contents.of(layer)).isEqualTo(content);
    }
  }

  @Test
  void compressedGarbageIsFoundWhenItIsRead() throws IOException {
    Path bad = dir.resolve("bad.qcow2");
    Qcow2Writer.write(
        io.landfall.snapshot.device.MemoryDevice.of(new byte[] {1, 2, 3}),
        bad,
        ClusterCompression.DEFLATE,
        _ -> {});
    byte[] image = Files.readAllBytes(bad);
    image[65536] = 7; // a block type that there is not
    Files.write(bad, image);
    try (Qcow2Image layer = Qcow2Image.openLayer(bad)) {
      Assertions.assertThatThrownBy(() -> Contents.of(layer))
          .isInstanceOfSatisfying(
              CorruptImageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA));
    }
  }
}
