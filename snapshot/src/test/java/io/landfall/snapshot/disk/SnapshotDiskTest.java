package io.landfall.snapshot.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.testing.BlockDeviceContract;
import io.landfall.snapshot.testing.Contents;
import io.landfall.snapshot.testing.Extents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SnapshotDiskTest extends BlockDeviceContract {
  private static final int BLOCK = 65536;
  private static final int DISK_BYTES = 20 * BLOCK;

  @Override
  protected BlockDevice deviceWith(byte[] content) throws IOException {
    SnapshotDisk disk =
        SnapshotDisk.create(dir.resolve("contract"), new MemoryDevice(content.length));
    int third = content.length / 3;
    disk.write(0, ByteBuffer.wrap(content, 0, third));
    disk.freeze("first");
    disk.write(third, ByteBuffer.wrap(content, third, third));
    disk.freeze("second");
    disk.write(2L * third, ByteBuffer.wrap(content, 2 * third, content.length - 2 * third));
    return disk;
  }

  private static void fill(BlockDevice disk, int block, int blocks, int value) throws IOException {
    byte[] bytes = new byte[blocks * BLOCK];
    java.util.Arrays.fill(bytes, (byte) value);
    disk.write((long) block * BLOCK, ByteBuffer.wrap(bytes));
  }

  @Test
  void extentsSayWhatChangedSinceTheBaseAndDeltasSinceTheSnapshotBefore() throws IOException {
    byte[] content = Contents.sparse(DISK_BYTES, 61);
    try (SnapshotDisk disk = SnapshotDisk.create(dir.resolve("d"), MemoryDevice.of(content))) {
      assertThat(Extents.of(disk)).containsExactly(new Extent(0, DISK_BYTES, Kind.HOLE));
      fill(disk, 2, 1, 7);
      disk.freeze("first");
      fill(disk, 5, 2, 8);
      disk.zero(2L * BLOCK, BLOCK);
      disk.freeze("second");
      assertThat(Extents.of(disk))
          .containsExactly(
              new Extent(0, 2 * BLOCK, Kind.HOLE),
              new Extent(2 * BLOCK, BLOCK, Kind.ZERO),
              new Extent(3 * BLOCK, 2 * BLOCK, Kind.HOLE),
              new Extent(5 * BLOCK, 2 * BLOCK, Kind.DATA),
              new Extent(7 * BLOCK, 13 * BLOCK, Kind.HOLE));
      try (BlockDevice delta = disk.openDelta("first")) {
        assertThat(Extents.of(delta))
            .containsExactly(
                new Extent(0, 2 * BLOCK, Kind.HOLE),
                new Extent(2 * BLOCK, BLOCK, Kind.DATA),
                new Extent(3 * BLOCK, 17 * BLOCK, Kind.HOLE));
      }
    }
  }

  /// Random writes, freezes, forgets and reverts, with a copy of the content at each point in time,
  /// and the disk opened again now and then.
  @Test
  void everyPointInTimeStaysWhatItWas() throws IOException {
    Random random = new Random(62);
    byte[] content = Contents.sparse(DISK_BYTES, 62);
    MemoryDevice base = MemoryDevice.of(content);
    Map<String, byte[]> points = new LinkedHashMap<>();
    Path path = dir.resolve("d");
    SnapshotDisk disk = SnapshotDisk.create(path, base);
    for (int step = 0; step < 120; step++) {
      switch (random.nextInt(8)) {
        case 0 -> {
          disk.freeze("s" + step);
          points.put("s" + step, content.clone());
        }
        case 1 -> {
          if (!points.isEmpty()) {
            String name = any(points, random);
            disk.forget(name);
            points.remove(name);
          }
        }
        case 2 -> {
          if (!points.isEmpty() && random.nextInt(3) == 0) {
            String name = any(points, random);
            disk.revert(name);
            content = points.get(name).clone();
            points.keySet().retainAll(disk.snapshots());
          }
        }
        case 3 -> {
          disk.close();
          disk = SnapshotDisk.open(path, base);
        }
        default -> write(disk, content, random);
      }
      assertThat(disk.snapshots()).containsExactlyElementsOf(points.keySet());
    }
    assertThat(Contents.of(disk)).as("seed 62").isEqualTo(content);
    for (Map.Entry<String, byte[]> point : points.entrySet()) {
      try (BlockDevice view = disk.openSnapshot(point.getKey())) {
        assertThat(Contents.of(view)).as(point.getKey()).isEqualTo(point.getValue());
        Extents.requireTrue(view, point.getValue(), 0, DISK_BYTES);
      }
    }
    disk.close();
  }

  private static String any(Map<String, byte[]> points, Random random) {
    return points.keySet().stream().skip(random.nextInt(points.size())).findFirst().orElseThrow();
  }

  private static void write(BlockDevice disk, byte[] content, Random random) throws IOException {
    int offset = random.nextInt(DISK_BYTES);
    byte[] bytes = new byte[Math.min(DISK_BYTES - offset, 1 + random.nextInt(2 * BLOCK))];
    random.nextBytes(bytes);
    if (random.nextInt(4) == 0) {
      java.util.Arrays.fill(bytes, (byte) 0);
      disk.zero(offset, bytes.length);
    } else {
      disk.write(offset, ByteBuffer.wrap(bytes));
    }
    System.arraycopy(bytes, 0, content, offset, bytes.length);
  }

  /// A writer fills the disk with rising numbers while it is frozen again and again: each point in
  /// time must be one that the writer has passed.
  @Test
  void freezesBesideAWriter() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    try (SnapshotDisk disk = SnapshotDisk.create(dir.resolve("d"), new MemoryDevice(DISK_BYTES));
        ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Future<?> writer =
          threads.submit(() -> {
            start.await();
            for (int round = 1; round <= 60; round++) {
              for (int block = 0; block < 20; block++) {
                disk.write((long) block * BLOCK, ByteBuffer.allocate(4).putInt(0, round));
              }
            }
            return null;
          });
      start.await();
      for (int i = 0; i < 10; i++) {
        disk.freeze("s" + i);
      }
      disk.forget("s4");
      writer.get();
      for (String name : disk.snapshots()) {
        try (BlockDevice view = disk.openSnapshot(name)) {
          int before = Integer.MAX_VALUE;
          for (int block = 0; block < 20; block++) {
            int round = ByteBuffer.wrap(Contents.read(view, (long) block * BLOCK, 4)).getInt();
            int first = ByteBuffer.wrap(Contents.read(view, 0, 4)).getInt();
            assertThat(round).isLessThanOrEqualTo(before).isBetween(first - 1, first);
            before = round;
          }
        }
      }
      assertThat(ByteBuffer.wrap(Contents.read(disk, 19L * BLOCK, 4)).getInt()).isEqualTo(60);
    }
  }

  @Test
  void commitWritesTheChangesIntoTheBase() throws IOException {
    byte[] content = Contents.sparse(DISK_BYTES, 63);
    Path original = Files.write(dir.resolve("original.raw"), content);
    Path path = dir.resolve("d");
    try (RawFile base = RawFile.open(original);
        RawFile writable = RawFile.openWritable(original);
        SnapshotDisk disk = SnapshotDisk.create(path, base)) {
      Random random = new Random(63);
      for (int i = 0; i < 20; i++) {
        write(disk, content, random);
        if (i % 5 == 0) {
          disk.freeze("s" + i);
        }
      }
      disk.commit(writable);
      assertThat(disk.snapshots()).isEmpty();
      assertThat(Contents.of(disk)).isEqualTo(content);
      assertThat(Extents.of(disk)).containsExactly(new Extent(0, DISK_BYTES, Kind.HOLE));
    }
    assertThat(Files.readAllBytes(original)).isEqualTo(content);
  }

  @Test
  void flattenMakesAnImageThatNeedsNoBase() throws IOException {
    byte[] content = Contents.sparse(DISK_BYTES, 64);
    try (SnapshotDisk disk =
        SnapshotDisk.create(dir.resolve("d"), MemoryDevice.of(content.clone()))) {
      Random random = new Random(64);
      write(disk, content, random);
      disk.freeze("first");
      write(disk, content, random);
      for (ImageFormat format : ImageFormat.values()) {
        Path image = dir.resolve("flat-" + format);
        disk.flatten(format, image, _ -> {});
        try (BlockDevice flat = format.open(image)) {
          assertThat(Contents.of(flat)).isEqualTo(content);
        }
      }
    }
  }

  @Test
  void whatIsBeingReadIsNotForgotten() throws IOException {
    try (SnapshotDisk disk = SnapshotDisk.create(dir.resolve("d"), new MemoryDevice(BLOCK))) {
      disk.freeze("first");
      try (BlockDevice view = disk.openSnapshot("first")) {
        assertThat(view.writable()).isFalse();
        assertThatThrownBy(() -> disk.forget("first")).hasMessageContaining("being read");
        assertThatThrownBy(() -> disk.revert("first")).hasMessageContaining("being read");
      }
      disk.forget("first");
      assertThat(disk.snapshots()).isEmpty();
    }
  }

  @Test
  void refusesWrongNamesAndTooManyLayers() throws IOException {
    try (SnapshotDisk disk = SnapshotDisk.create(dir.resolve("d"), new MemoryDevice(BLOCK))) {
      disk.freeze("first");
      for (String name : new String[] {"", "a b", "../x", "a\nb", "first"}) {
        assertThatThrownBy(() -> disk.freeze(name)).isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> disk.openSnapshot("none"))
          .isInstanceOf(IllegalArgumentException.class);
      for (int i = 2; i < LayerList.MAX_LAYERS; i++) {
        disk.freeze("s" + i);
      }
      assertThatThrownBy(() -> disk.freeze("last")).hasMessageContaining("merge snapshots first");
    }
  }

  @Test
  void isOpenOnlyOnce() throws IOException {
    Path path = dir.resolve("d");
    try (SnapshotDisk disk = SnapshotDisk.create(path, new MemoryDevice(BLOCK))) {
      assertThat(disk.sizeBytes()).isEqualTo(BLOCK);
      assertThatThrownBy(() -> SnapshotDisk.open(path, new MemoryDevice(BLOCK)))
          .hasMessageContaining("open already");
    }
    SnapshotDisk.open(path, new MemoryDevice(BLOCK)).close();
  }

  /// What a crash leaves: a new layer that no list names yet, a list half written, a merge half
  /// done.
  @Test
  void opensWhatACrashLeft() throws IOException {
    byte[] content = Contents.sparse(DISK_BYTES, 65);
    MemoryDevice base = MemoryDevice.of(content);
    Path path = dir.resolve("d");
    try (SnapshotDisk disk = SnapshotDisk.create(path, base)) {
      fill(disk, 1, 3, 1);
      disk.freeze("first");
      fill(disk, 2, 3, 2);
      disk.freeze("second");
      fill(disk, 3, 3, 3);
      content = Contents.of(disk);
    }
    Files.writeString(path.resolve("9.overlay"), "half a layer");
    Files.writeString(path.resolve(".layers.0.part"), "half a list");
    Path list = path.resolve("layers");
    Files.writeString(list, Files.readString(list).replace(" first", ""));
    try (SnapshotDisk disk = SnapshotDisk.open(path, base)) {
      assertThat(disk.snapshots()).containsExactly("second");
      assertThat(Contents.of(disk)).isEqualTo(content);
    }
    try (var files = Files.list(path)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("layers", "lock", "1.overlay", "3.overlay");
    }
  }

  @Test
  void refusesADamagedList() throws IOException {
    Path path = dir.resolve("d");
    SnapshotDisk.create(path, new MemoryDevice(BLOCK)).close();
    String good = Files.readString(path.resolve("layers"));
    for (String bad :
        new String[] {
          "",
          "hello\n",
          good.replace("size", "sizes"),
          good + "layer ../x.overlay\n",
          good + "layer 1.overlay\n",
          good.replace("1.overlay", "1.overlay top"),
          good.substring(0, good.indexOf("layer 1"))
        }) {
      Files.writeString(path.resolve("layers"), bad);
      assertThatThrownBy(() -> SnapshotDisk.open(path, new MemoryDevice(BLOCK)))
          .as(bad)
          .isInstanceOf(CorruptImageException.class);
    }
    Files.writeString(path.resolve("layers"), good);
    SnapshotDisk.open(path, new MemoryDevice(BLOCK)).close();
  }
}
