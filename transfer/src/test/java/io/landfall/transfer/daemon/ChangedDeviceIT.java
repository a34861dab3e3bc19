package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Overlay;
import io.landfall.snapshot.format.vmdk.VmdkParent;
import io.landfall.snapshot.format.vmdk.VmdkWriter;
import io.landfall.snapshot.overlay.OverlayFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.transfer.lifecycle.OverlayFormat;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a guest changed, as each kind of overlay tells it, QEMU being the guest. The guest writes
/// new content into one chunk, the old content into a second, and into a third first new content
/// and then the old.
class ChangedDeviceIT {
  private static final int CHUNK = 256 << 10;
  private static final int BLOCK = 64 << 10;
  private static final int SIZE = 8 * CHUNK;
  private static final Range NEW = new Range(CHUNK, BLOCK);
  private static final Range SAME = new Range(3L * CHUNK + BLOCK, 2 * BLOCK);
  private static final Range THERE_AND_BACK = new Range(5L * CHUNK, CHUNK);

  @TempDir private Path dir;
  private final byte[] content = new byte[SIZE];
  private Path base;

  @BeforeEach
  void base() throws IOException {
    new Random(4).nextBytes(content);
    base = Files.write(dir.resolve("base.raw"), content);
  }

  private Path old(Range range) throws IOException {
    byte[] bytes = new byte[(int) range.length()];
    System.arraycopy(content, (int) range.offset(), bytes, 0, bytes.length);
    return Files.write(dir.resolve("old" + range.offset()), bytes);
  }

  private void guestWrites(String... disk) throws Exception {
    List<String> command = new ArrayList<>(List.of("qemu-io"));
    for (String write :
        List.of(
            "write -P 9 %d %d".formatted(NEW.offset(), NEW.length()),
            "write -s %s %d %d".formatted(old(SAME), SAME.offset(), SAME.length()),
            "write -P 8 %d %d".formatted(THERE_AND_BACK.offset(), THERE_AND_BACK.length()),
            "write -s %s %d %d"
                .formatted(
                    old(THERE_AND_BACK), THERE_AND_BACK.offset(), THERE_AND_BACK.length()))) {
      command.add("-c");
      command.add(write);
    }
    command.addAll(List.of(disk));
    Tools.run(command.toArray(String[]::new));
  }

  @Test
  void qcow2OfQemu() throws Exception {
    Path overlay = dir.resolve("vda.qcow2");
    Qcow2Overlay.create(overlay, SIZE);
    guestWrites(
        "--image-opts",
        "driver=qcow2,file.filename=%s,backing.driver=raw,backing.file.filename=%s"
            .formatted(overlay, base));
    requireDelta(OverlayFormat.QCOW2, overlay);
  }

  @Test
  void aVmdkDelta() throws Exception {
    VmdkParent parent = VmdkWriter.writeFlatDescriptor(dir.resolve("base.vmdk"), "base.raw", SIZE);
    Path delta = dir.resolve("vda.vmdk");
    VmdkWriter.createDelta(SIZE, parent, delta);
    guestWrites("-f", "vmdk", delta.toString());
    requireDelta(OverlayFormat.VMDK, delta);
  }

  @Test
  void ourOwn() throws Exception {
    Path file = dir.resolve("vda.overlay");
    try (RawFile below = RawFile.open(base);
        OverlayFile overlay = OverlayFile.create(file, SIZE, below)) {
      overlay.write(NEW.offset(), ByteBuffer.wrap(new byte[(int) NEW.length()]));
      for (Range same : List.of(SAME, THERE_AND_BACK)) {
        overlay.write(same.offset(), ByteBuffer.wrap(Files.readAllBytes(old(same))));
      }
    }
    requireDelta(OverlayFormat.LANDFALL, file);
  }

  private void requireDelta(OverlayFormat format, Path overlay) throws IOException {
    Manifest before;
    try (RawFile image = RawFile.open(base)) {
      before = Chunking.manifestOf(image, CHUNK, done -> {});
    }
    try (BlockDevice alone = format.openLayer(overlay)) {
      assertThat(ChangedDevice.changes(alone))
          .as("what was written, told by the overlay alone")
          .containsExactly(NEW, SAME, THERE_AND_BACK);
    }
    ChangedDevice changed = new ChangedDevice(format.openLayer(overlay), RawFile.open(base));
    Manifest now = Chunking.update(before, changed, ChangedDevice.changes(changed));
    try (ChangedDevice without = changed.without(before, now)) {
      assertThat(ChangedDevice.changes(without)).containsExactly(NEW);
      assertThat(without.extents(NEW.end() - 1, SIZE - NEW.end() + 1, 1)).hasSize(1);
      ByteBuffer bytes = ByteBuffer.allocate(SIZE);
      without.read(0, bytes);
      byte[] expected = content.clone();
      byte fill = (byte) (format == OverlayFormat.LANDFALL ? 0 : 9);
      Arrays.fill(expected, (int) NEW.offset(), (int) NEW.end(), fill);
      assertThat(bytes.array()).isEqualTo(expected);
    }
  }
}
