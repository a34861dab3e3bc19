package io.landfall.perf.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskImageTest {
  private static final DiskImage IMAGE = new DiskImage(32 << 20, 16 << 20, 7);

  /// Frozen: figures of two versions of this program are only comparable on the same bytes.
  private static final String GOLDEN_IMAGE =
      "39dfde3e245bdeb68e1e5e9ee69c0d77cf8cbee9dc295b9e18fb1278f7501a55";

  private static final String GOLDEN_CHANGED =
      "151c8d39953189fca6889fa258fe07caccbe59e08f2300c1b64eee01080d290f";

  @TempDir private Path directory;

  @Test
  void bytesAreThoseOfTheSeed() throws Exception {
    Path file = directory.resolve("image");
    IMAGE.write(file);
    assertThat(sha256(file)).isEqualTo(GOLDEN_IMAGE);
    try (RawFile disk = RawFile.openWritable(file)) {
      DiskImage.apply(disk, IMAGE.changes(0.05, 1), 1);
    }
    assertThat(sha256(file)).isEqualTo(GOLDEN_CHANGED);
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void filesHoldExactlyTheDataAndStayApartWithinTheDisk() {
    List<Range> files = IMAGE.files();
    assertThat(files.stream().mapToLong(Range::length).sum()).isEqualTo(IMAGE.dataBytes());
    assertThat(files.getLast().end()).isLessThanOrEqualTo(IMAGE.sizeBytes());
    long end = 0;
    for (Range file : files) {
      assertThat(file.offset()).isGreaterThanOrEqualTo(end);
      assertThat(file.offset() % 4096 + file.length() % 4096).isZero();
      end = file.end();
    }
  }

  @Test
  void changesAreTheWantedShareOfTheFiles() {
    List<Range> changes = IMAGE.changes(0.05, 1);
    long wanted = Math.ceilDiv((long) (IMAGE.dataBytes() * 0.05), 4096) * 4096;
    assertThat(changes.stream().mapToLong(Range::length).sum()).isEqualTo(wanted);
    assertThat(changes).isEqualTo(Range.merged(changes));
    List<Range> files = Range.merged(IMAGE.files());
    assertThat(changes).allMatch(change -> files.stream().anyMatch(file -> file.contains(change)));
    assertThat(IMAGE.changes(0.05, 2)).isNotEqualTo(changes);
  }

  @Test
  void dataCompressesLikeASystemDisk() throws IOException {
    MemoryDevice disk = new MemoryDevice(IMAGE.sizeBytes());
    DiskImage.apply(disk, IMAGE.files(), 7);
    long packed = 0;
    for (Range file : IMAGE.files()) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.length());
      disk.read(file.offset(), bytes);
      packed += LZ4Factory.fastestInstance().fastCompressor().compress(bytes.array()).length;
    }
    assertThat((double) packed / IMAGE.dataBytes()).isBetween(0.35, 0.7);
  }

  @Test
  void refusesWhatIsNoImage() {
    assertThatIllegalArgumentException().isThrownBy(() -> new DiskImage(4096, 8192, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new DiskImage(4096, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new DiskImage(10_000, 4096, 1));
  }
}
