package io.landfall.transfer.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoImageTest {
  private static final WorkPlan PLAN = new WorkPlan(30, Duration.ofMillis(50));
  private static final long MIB = 1 << 20;
  private static final int CHUNK = 256 << 10;

  @TempDir Path dir;

  @Test
  void holdsExactlyTheDataAskedForInManyExtents() throws IOException {
    try (RawFile image = image("a", 256 * MIB, 64 * MIB, 7)) {
      assertThat(image.sizeBytes()).isEqualTo(256 * MIB);
      List<Extent> data = data(image);
      long inFiles =
          data.stream()
              .filter(e -> e.offset() >= WorkProgram.RESERVED_BYTES)
              .mapToLong(Extent::length)
              .sum();
      assertThat(inFiles).isEqualTo(64 * MIB);
      assertThat(data.size()).isGreaterThan(60);
      assertThat(data.getLast().end()).isGreaterThan(200 * MIB);
      assertThat(data.getFirst()).isEqualTo(new Extent(0, 4096, Extent.Kind.DATA));
    }
  }

  @Test
  void bootsTheProgramWithItsPlanAndAnEmptyLog() throws IOException {
    try (RawFile image = image("a", 16 * MIB, 4 * MIB, 7)) {
      WorkLog log = WorkLog.read(image);
      assertThat(log.plan()).isEqualTo(PLAN);
      assertThat(log.steps()).isZero();
      assertThat(log.firstViolation()).isEmpty();
    }
  }

  @Test
  void compressesLikeASystemDisk() throws IOException {
    LZ4Compressor lz4 = LZ4Factory.fastestInstance().fastCompressor();
    long plain = 0;
    long compressed = 0;
    Set<ByteBuffer> known = new HashSet<>();
    int repeated = 0;
    try (RawFile image = image("a", 128 * MIB, 64 * MIB, 7)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      for (long at = WorkProgram.RESERVED_BYTES; at < image.sizeBytes(); at += CHUNK) {
        image.read(at, chunk.clear());
        byte[] bytes = Arrays.copyOf(chunk.array(), CHUNK);
        long data = dataIn(image, at);
        if (data == 0) {
          continue;
        }
        plain += data;
        compressed += lz4.compress(bytes).length;
        repeated += known.add(ByteBuffer.wrap(bytes)) ? 0 : 1;
      }
    }
    assertThat((double) plain / compressed).isBetween(1.8, 2.4);
    assertThat(repeated).as("chunks that are there twice").isBetween(1, known.size() / 10);
  }

  @Test
  void isNamedByItsArguments() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      image(name, 32 * MIB, 16 * MIB, name.equals("c") ? 8 : 7).close();
    }
    assertThat(Files.mismatch(dir.resolve("a"), dir.resolve("b"))).isEqualTo(-1);
    assertThat(Files.mismatch(dir.resolve("a"), dir.resolve("c")))
        .isGreaterThanOrEqualTo(WorkProgram.RESERVED_BYTES);
  }

  @Test
  void canBeFullOrEmpty() throws IOException {
    try (RawFile full = image("full", 16 * MIB, 12 * MIB, 7)) {
      assertThat(data(full).getLast()).isEqualTo(new Extent(4 * MIB, 12 * MIB, Extent.Kind.DATA));
    }
    try (RawFile empty = image("empty", 16 * MIB, 0, 7)) {
      assertThat(data(empty)).hasSize(1);
    }
  }

  @Test
  void refusesWhatDoesNotFitAndLeavesNothing() {
    assertThatThrownBy(() -> image("a", 16 * MIB, 13 * MIB, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected multiples of 4096 and at most 12582912 of data");
    assertThat(dir.resolve("a")).doesNotExist();
  }

  private RawFile image(String name, long size, long data, long seed) throws IOException {
    DemoImage.write(dir.resolve(name), size, data, seed, PLAN);
    return RawFile.open(dir.resolve(name));
  }

  private static List<Extent> data(RawFile image) throws IOException {
    List<Extent> data = new ArrayList<>();
    for (long at = 0; at < image.sizeBytes(); ) {
      List<Extent> some = image.extents(at, image.sizeBytes() - at, 1000);
      some.stream().filter(e -> e.kind() == Extent.Kind.DATA).forEach(data::add);
      at = some.getLast().end();
    }
    return data;
  }

  private static long dataIn(RawFile image, long at) throws IOException {
    return image.extents(at, CHUNK, 1000).stream()
        .filter(e -> e.kind() == Extent.Kind.DATA)
        .mapToLong(Extent::length)
        .sum();
  }
}
