package io.landfall.protocol.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Frozen bytes of version 1, which every later version must read.
///
/// The content is described here in words, so that the files are evidence and not their own proof.
/// They were written by `-Dgolden.write=true`, once.
class GoldenTest {
  private static final Path SOURCES = Path.of("src/test/resources/golden");

  /// Two pages of a repeated word, then one of noise.
  private static byte[] base() {
    byte[] bytes = new byte[3 * Chunks.PAGE_SIZE_BYTES];
    for (int at = 0; at < 2 * Chunks.PAGE_SIZE_BYTES; at++) {
      bytes[at] = (byte) "landfall".charAt(at % 8);
    }
    byte[] noise = new byte[Chunks.PAGE_SIZE_BYTES];
    new Random(1).nextBytes(noise);
    System.arraycopy(noise, 0, bytes, 2 * Chunks.PAGE_SIZE_BYTES, noise.length);
    return bytes;
  }

  /// The base with its second page replaced by eights.
  private static byte[] changed() {
    byte[] bytes = base();
    java.util.Arrays.fill(bytes, Chunks.PAGE_SIZE_BYTES, 2 * Chunks.PAGE_SIZE_BYTES, (byte) 8);
    return bytes;
  }

  private static byte[] noise() {
    byte[] bytes = new byte[100];
    new Random(2).nextBytes(bytes);
    return bytes;
  }

  private static Manifest manifest() {
    return Manifest.builder(700L * Chunks.MIN_SIZE_BYTES - 5, Chunks.MIN_SIZE_BYTES)
        .put(0, ChunkId.of(ByteBuffer.wrap(base())))
        .put(300, ChunkId.of(ByteBuffer.wrap(changed())))
        .put(699, ChunkId.of(ByteBuffer.wrap(noise())))
        .build();
  }

  private static ImageIndex index(int... dense) {
    int[] crcs = new int[700];
    crcs[0] = 0x01020304;
    crcs[300] = -1;
    crcs[699] = 7;
    BitSet bits = new BitSet();
    IntStream.of(dense).forEach(bits::set);
    return new ImageIndex(new FileIdentity(11, 12, 13, 14, 15), manifest(), crcs, bits);
  }

  @Test
  void zero() throws IOException {
    assertDecodes("zero.chunk", EncodedChunk.zero(5000), new byte[5000], ChunkEncoding.ZERO);
  }

  @Test
  void plain() throws IOException {
    assertDecodes("plain.chunk", encode(noise()), noise(), ChunkEncoding.PLAIN);
  }

  @Test
  void lz4() throws IOException {
    assertDecodes("lz4.chunk", encode(base()), base(), ChunkEncoding.LZ4);
  }

  @Test
  void pageDelta() throws IOException {
    EncodedChunk chunk =
        new ChunkEncoder()
            .encode(
                ChunkId.of(ByteBuffer.wrap(changed())),
                ByteBuffer.wrap(changed()),
                ChunkId.of(ByteBuffer.wrap(base())),
                ByteBuffer.wrap(base()));
    assertDecodes("page-delta.chunk", chunk, changed(), ChunkEncoding.PAGE_DELTA);
  }

  @Test
  void zstd() throws IOException {
    ChunkEncoder encoder = new ChunkEncoder(Compression.ZSTD);
    ByteBuffer plain = ByteBuffer.wrap(base());
    assertDecodes(
        "zstd.chunk", encoder.encode(ChunkId.of(plain), plain), base(), ChunkEncoding.ZSTD);
  }

  @Test
  void pageDeltaZstd() throws IOException {
    ByteBuffer plain = ByteBuffer.wrap(changed());
    ByteBuffer base = ByteBuffer.wrap(base());
    EncodedChunk chunk =
        new ChunkEncoder(Compression.ZSTD).encode(ChunkId.of(plain), plain, ChunkId.of(base), base);
    assertDecodes("page-delta-zstd.chunk", chunk, changed(), ChunkEncoding.PAGE_DELTA_ZSTD);
  }

  @Test
  void node() throws IOException {
    ByteBuffer ids = ByteBuffer.allocate(64);
    ChunkId.of(ByteBuffer.wrap(base())).writeTo(ids);
    ChunkId.ZERO.writeTo(ids);
    ids.flip();
    ChunkId id = Manifest.nodeId((byte) 0, ids.duplicate());
    assertDecodes(
        "node.chunk", new ChunkEncoder().encodeNode(id, 1, ids), ids.array(), ChunkEncoding.LZ4);
  }

  @Test
  void flatManifest() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ManifestFormat.write(manifest(), out);
    byte[] golden = golden("manifest.bin", out.toByteArray());
    assertThat(ManifestFormat.read(new ByteArrayInputStream(golden), 1L << 40).imageId())
        .isEqualTo(manifest().imageId());
    assertThat(out.toByteArray()).isEqualTo(golden);
  }

  @Test
  void imageIndex() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    index(0, 300).writeTo(out);
    byte[] golden = golden("image-v2.index", out.toByteArray());
    assertThat(ImageIndex.readFrom(new ByteArrayInputStream(golden), 1L << 40))
        .isEqualTo(index(0, 300));
    assertThat(out.toByteArray()).isEqualTo(golden);
  }

  /// The first version did not know which chunks are dense.
  @Test
  void imageIndexOfVersion1() throws IOException {
    byte[] golden = golden("image.index", null);
    assertThat(ImageIndex.readFrom(new ByteArrayInputStream(golden), 1L << 40)).isEqualTo(index());
  }

  @Test
  void imageIdsNeverChange() {
    assertThat(manifest().imageId().toString())
        .isEqualTo("ef32f0e00fbc2d87313a5afc39b550cb55e2f3a8122ef111dae70f8c9c0f2967");
  }

  private static EncodedChunk encode(byte[] plain) throws IOException {
    return new ChunkEncoder().encode(ChunkId.of(ByteBuffer.wrap(plain)), ByteBuffer.wrap(plain));
  }

  private static void assertDecodes(
      String name, EncodedChunk written, byte[] plain, ChunkEncoding encoding) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(written.header().totalLength());
    written.writeTo(bytes);
    EncodedChunk read = EncodedChunk.readFrom(ByteBuffer.wrap(golden(name, bytes.array())));
    assertThat(read.header().encoding()).isEqualTo(encoding);
    ByteBuffer decoded = ByteBuffer.allocate(read.header().rawLength());
    new ChunkDecoder().decodeVerified(read, decoded, (id, target) -> target.put(base()));
    assertThat(decoded.array()).isEqualTo(plain);
  }

  private static byte[] golden(String name, byte[] toWrite) throws IOException {
    if (Boolean.getBoolean("golden.write") && !Files.exists(SOURCES.resolve(name))) {
      Files.write(SOURCES.resolve(name), toWrite);
      return toWrite;
    }
    try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/" + name)) {
      return in.readAllBytes();
    }
  }
}
