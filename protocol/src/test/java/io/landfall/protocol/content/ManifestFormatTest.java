package io.landfall.protocol.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ManifestFormatTest {
  private static final int CHUNK = Chunks.MIN_SIZE_BYTES;

  @Test
  void aTreeIsReadBackFromItsNodes() throws IOException {
    for (long chunks : new long[] {0, 1, 255, 256, 257, 70_000}) {
      Manifest manifest = sparse(chunks, 3);
      Map<ChunkId, byte[]> nodes = new HashMap<>();
      manifest.forEachNode((id, level, ids) -> nodes.put(id, toArray(ids)));
      Manifest read =
          Manifest.fromTree(
              manifest.sizeBytes(),
              CHUNK,
              manifest.root(),
              (id, level, target) -> target.put(nodes.get(id)));
      assertThat(read.imageId()).isEqualTo(manifest.imageId());
    }
  }

  @Test
  void nodesComeAfterTheirChildren() throws IOException {
    Manifest manifest = sparse(70_000, 4);
    int[] last = {1};
    manifest.forEachNode((id, level, ids) -> {
      assertThat(level).isGreaterThanOrEqualTo(last[0]);
      last[0] = level;
    });
    assertThat(last[0]).isEqualTo(manifest.height()).isEqualTo(3);
  }

  @Test
  void aWrongNodeIsRefused() {
    Manifest manifest = sparse(300, 5);
    assertThatThrownBy(() ->
            Manifest.fromTree(
                manifest.sizeBytes(),
                CHUNK,
                manifest.root(),
                (id, level, target) -> target.put(new byte[target.remaining()])))
        .isInstanceOf(CorruptChunkException.class);
  }

  @Test
  void theFlatFormIsReadBackAndItsHolesAreCheap() throws IOException {
    Manifest manifest = sparse(1_000_000, 6);
    byte[] bytes = flat(manifest);
    assertThat(bytes.length).isLessThan(25_000);
    Manifest read = ManifestFormat.read(new ByteArrayInputStream(bytes), Long.MAX_VALUE);
    assertThat(read.imageId()).isEqualTo(manifest.imageId());
  }

  @Test
  void everyDamagedByteOfTheFlatFormIsNoticed() throws IOException {
    byte[] bytes = flat(sparse(300, 7));
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x10;
      assertThatThrownBy(
              () -> ManifestFormat.read(new ByteArrayInputStream(damaged), 10_000L * CHUNK))
          .as("byte " + at)
          .isInstanceOf(CorruptChunkException.class);
    }
  }

  @Test
  void anImageIndexIsReadBackAndItsDamageNoticed() throws IOException {
    Manifest manifest = sparse(40, 8);
    int[] crcs = new int[40];
    for (int i = 0; i < 40; i++) {
      crcs[i] = manifest.chunk(i).isZero() ? 0 : i * 77;
    }
    BitSet dense = new BitSet();
    dense.set(3, 17);
    ImageIndex index = new ImageIndex(new FileIdentity(1, 2, 3, 4, 5), manifest, crcs, dense);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    index.writeTo(out);
    byte[] bytes = out.toByteArray();
    assertThat(ImageIndex.readFrom(new ByteArrayInputStream(bytes), 1L << 40)).isEqualTo(index);
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      assertThatThrownBy(
              () -> ImageIndex.readFrom(new ByteArrayInputStream(damaged), 10_000L * CHUNK))
          .as("byte " + at)
          .isInstanceOf(CorruptChunkException.class);
    }
  }

  private static byte[] flat(Manifest manifest) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ManifestFormat.write(manifest, out);
    return out.toByteArray();
  }

  /// A few chunks in a sea of zeros, the last one among them.
  private static Manifest sparse(long chunks, long seed) {
    Manifest.Builder builder =
        Manifest.builder(Math.max(0, chunks * CHUNK - 100L * Long.signum(chunks)), CHUNK);
    Random random = new Random(seed);
    for (int i = 0; i < 500 && chunks > 0; i++) {
      long at = i == 0 ? chunks - 1 : random.nextLong(chunks);
      builder.put(at, new ChunkId(random.nextLong(), 1, 2, at));
    }
    return builder.build();
  }

  private static byte[] toArray(ByteBuffer bytes) {
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    return array;
  }
}
