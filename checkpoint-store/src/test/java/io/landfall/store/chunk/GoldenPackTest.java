package io.landfall.store.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.io.FileLayer;
import io.landfall.store.testing.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Packs of every version of the format, byte by byte.
class GoldenPackTest {
  @TempDir private Path temporary;

  private static List<Path> packs(String version) throws IOException {
    return List.copyOf(new PackDirectory(Golden.files(version).resolve("packs")).list().values());
  }

  @TestFactory
  Stream<DynamicTest> aPackIsWrittenAsItWasFrozen() throws IOException {
    return packs("v1").stream()
        .map(pack ->
            dynamicTest(
                pack.getFileName().toString(),
                () -> assertThat(rewrite(pack)).hasSameBinaryContentAs(pack)));
  }

  /// Appends the records of `pack`, as they lie, to a pack of the same number, and seals that.
  private Path rewrite(Path pack) throws IOException {
    FileLayer disk = FileLayer.disk();
    PackDirectory target = new PackDirectory(temporary);
    try (PackFile file = PackFile.open(pack)) {
      List<PackEntry> entries = new ArrayList<>(file.table());
      entries.sort(Comparator.comparingLong(PackEntry::offset));
      OpenPack open = OpenPack.create(disk, target, file.header());
      for (PackEntry entry : entries) {
        ByteBuffer bytes = ByteBuffer.allocate(entry.header().totalLength());
        file.read(entry.offset(), bytes);
        EncodedChunk chunk = EncodedChunk.readFrom(bytes.flip());
        chunk.requireIntact();
        open.append(chunk);
      }
      open.seal((sequence, durable, length) -> {});
      return target.sealed(file.header().sequence());
    }
  }

  @Test
  void aPackOfALaterVersionIsRefusedByName() throws IOException {
    byte[] bytes = Files.readAllBytes(packs("v1").getFirst());
    ByteBuffer later = ByteBuffer.wrap(bytes);
    later.put(7, (byte) 2);
    later.putInt(60, PackHeader.crc(later.slice(0, 60)));
    Path pack = Files.write(temporary.resolve("0000000000000000.pack"), bytes);
    assertThatThrownBy(() -> PackFile.open(pack))
        .isInstanceOf(DamagedPackException.class)
        .hasMessageContaining("format version 2")
        .hasMessageContaining("use a newer Landfall");
  }
}
