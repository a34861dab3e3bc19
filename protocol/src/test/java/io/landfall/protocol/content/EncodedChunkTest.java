package io.landfall.protocol.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.CorruptChunkException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncodedChunkTest {
  private static final int SIZE = Chunks.DEFAULT_SIZE_BYTES;
  private static final ChunkDecoder.BaseSource NO_BASE =
      (id, target) -> {
        throw new AssertionError("no base expected, asked for " + id);
      };

  private final ChunkEncoder encoder = new ChunkEncoder();
  private final ChunkDecoder decoder = new ChunkDecoder();

  @Test
  void incompressibleBytesStayPlain() throws IOException {
    byte[] plain = random(1, SIZE);
    EncodedChunk chunk = encode(plain);
    assertThat(chunk.header().encoding()).isEqualTo(ChunkEncoding.PLAIN);
    assertThat(chunk.header().totalLength()).isEqualTo(SIZE + ChunkHeader.SIZE_BYTES);
    assertThat(decode(reread(chunk), NO_BASE)).isEqualTo(plain);
  }

  @Test
  void compressibleBytesBecomeLz4() throws IOException {
    byte[] plain = text(2, SIZE);
    EncodedChunk chunk = encode(plain);
    assertThat(chunk.header().encoding()).isEqualTo(ChunkEncoding.LZ4);
    assertThat(chunk.header().payloadLength()).isLessThan(SIZE / 2);
    assertThat(decode(reread(chunk), NO_BASE)).isEqualTo(plain);
  }

  @Test
  void zstdIsSmallerThanLz4AndLeavesNoiseAlone() throws IOException {
    ChunkEncoder zstd = new ChunkEncoder(Compression.ZSTD);
    for (boolean direct : new boolean[] {false, true}) {
      byte[] text = text(2, SIZE);
      ByteBuffer plain = direct ? ByteBuffer.allocateDirect(SIZE) : ByteBuffer.allocate(SIZE);
      plain.put(text).flip();
      EncodedChunk chunk = zstd.encode(ChunkId.of(plain), plain);
      assertThat(chunk.header().encoding()).isEqualTo(ChunkEncoding.ZSTD);
      assertThat(chunk.header().payloadLength()).isLessThan(encode(text).header().payloadLength());
      assertThat(decode(reread(chunk), NO_BASE)).isEqualTo(text);
    }
    ByteBuffer noise = ByteBuffer.wrap(random(1, SIZE));
    assertThat(zstd.encode(ChunkId.of(noise), noise).header().encoding())
        .isEqualTo(ChunkEncoding.PLAIN);
  }

  @Test
  void aZstdDeltaDecodesOverAnyFullBase() throws IOException {
    byte[] base = random(3, SIZE);
    byte[] plain = base.clone();
    System.arraycopy(text(4, 9000), 0, plain, 17 * Chunks.PAGE_SIZE_BYTES + 50, 9000);
    EncodedChunk chunk =
        new ChunkEncoder(Compression.ZSTD)
            .encode(
                ChunkId.of(ByteBuffer.wrap(plain)),
                ByteBuffer.wrap(plain),
                ChunkId.of(ByteBuffer.wrap(base)),
                ByteBuffer.wrap(base));
    assertThat(chunk.header().encoding()).isEqualTo(ChunkEncoding.PAGE_DELTA_ZSTD);
    assertThat(decode(reread(chunk), (id, target) -> target.put(base))).isEqualTo(plain);
  }

  @Test
  void zerosAreAHeaderAlone() throws IOException {
    EncodedChunk chunk = encoder.encode(ChunkId.ZERO, ByteBuffer.allocate(5000));
    assertThat(chunk.header().totalLength()).isEqualTo(ChunkHeader.SIZE_BYTES);
    assertThat(decode(reread(chunk), NO_BASE)).isEqualTo(new byte[5000]);
  }

  @Test
  void oneChangedPageCostsOnePage() throws IOException {
    byte[] base = random(3, SIZE);
    byte[] plain = base.clone();
    System.arraycopy(random(4, 100), 0, plain, 17 * Chunks.PAGE_SIZE_BYTES + 50, 100);
    EncodedChunk chunk = encodeOver(plain, base);
    assertThat(chunk.header().encoding()).isEqualTo(ChunkEncoding.PAGE_DELTA);
    assertThat(chunk.header().payloadLength()).isBetween(4096, 4096 + 64);
    assertThat(decode(reread(chunk), (id, target) -> target.put(base))).isEqualTo(plain);
  }

  @Test
  void aShortLastPageIsPartOfADelta() throws IOException {
    byte[] base = random(5, 3 * Chunks.PAGE_SIZE_BYTES + 7);
    byte[] plain = base.clone();
    plain[plain.length - 1]++;
    EncodedChunk chunk = encodeOver(plain, base);
    assertThat(chunk.header().encoding()).isEqualTo(ChunkEncoding.PAGE_DELTA);
    assertThat(chunk.header().payloadLength()).isLessThan(20);
    assertThat(decode(reread(chunk), (id, target) -> target.put(base))).isEqualTo(plain);
  }

  @Test
  void aDeltaThatSavesLittleIsNotMade() throws IOException {
    byte[] base = random(6, SIZE);
    byte[] plain = base.clone();
    System.arraycopy(random(7, SIZE * 3 / 4), 0, plain, 0, SIZE * 3 / 4);
    assertThat(encodeOver(plain, base).header().encoding()).isEqualTo(ChunkEncoding.PLAIN);
  }

  @Test
  void aBaseOfAnotherLengthIsNoBase() throws IOException {
    byte[] plain = random(8, SIZE);
    assertThat(encodeOver(plain, random(8, SIZE / 2)).header().encoding())
        .isEqualTo(ChunkEncoding.PLAIN);
  }

  @Test
  void everyFlippedBitIsNoticed() throws IOException {
    byte[] base = random(9, 3 * Chunks.PAGE_SIZE_BYTES);
    byte[] plain = base.clone();
    plain[5000]++;
    byte[] bytes = bytes(encodeOver(plain, base));
    for (int bit = 0; bit < bytes.length * 8; bit += bit < 88 * 8 ? 1 : 7) {
      byte[] damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> decode(ByteBuffer.wrap(damaged), (id, target) -> target.put(base)))
          .as("bit " + bit)
          .isInstanceOf(CorruptChunkException.class);
    }
  }

  @Test
  void bytesOfAnotherChunkAreRefusedByName() throws IOException {
    byte[] plain = text(10, 9000);
    EncodedChunk chunk = encode(plain);
    ChunkHeader h = chunk.header();
    ChunkHeader renamed =
        new ChunkHeader(
            h.encoding(),
            0,
            h.rawLength(),
            h.payloadLength(),
            new ChunkId(1, 2, 3, 4),
            ChunkId.ZERO,
            h.payloadCrc());
    assertThatThrownBy(() -> decode(reread(new EncodedChunk(renamed, chunk.payload())), NO_BASE))
        .isInstanceOfSatisfying(
            CorruptChunkException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_CONTENT));
  }

  /// Headers with a right checksum and arbitrary fields: refused, or decoded within their bounds.
  @Test
  void hostileHeadersNeverLeaveTheirBounds() throws IOException {
    Random random = new Random(11);
    byte[] lz4 = bytes(encode(text(12, 20_000)));
    ByteBuffer text = ByteBuffer.wrap(text(12, 20_000));
    byte[] zstd = bytes(new ChunkEncoder(Compression.ZSTD).encode(ChunkId.of(text), text));
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] hostile = (round % 3 == 0 ? zstd : lz4).clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        int at = 5 + random.nextInt(round % 2 == 0 ? 15 : hostile.length - 5);
        hostile[at] = (byte) random.nextInt();
      }
      repairChecksums(hostile);
      try {
        decode(ByteBuffer.wrap(hostile), (id, target) -> target.put(new byte[target.remaining()]));
      } catch (CorruptChunkException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(15_000);
  }

  private static void repairChecksums(byte[] bytes) {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    int length = Math.clamp(all.getInt(12), 0, bytes.length - ChunkHeader.SIZE_BYTES);
    all.putInt(80, ChunkHeader.crc(all.slice(ChunkHeader.SIZE_BYTES, length)));
    all.putInt(84, ChunkHeader.crc(all.slice(0, 84)));
  }

  private EncodedChunk encode(byte[] plain) throws IOException {
    return encoder.encode(ChunkId.of(ByteBuffer.wrap(plain)), ByteBuffer.wrap(plain));
  }

  private EncodedChunk encodeOver(byte[] plain, byte[] base) throws IOException {
    return encoder.encode(
        ChunkId.of(ByteBuffer.wrap(plain)),
        ByteBuffer.wrap(plain),
        ChunkId.of(ByteBuffer.wrap(base)),
        ByteBuffer.wrap(base));
  }

  private static ByteBuffer reread(EncodedChunk chunk) {
    return ByteBuffer.wrap(bytes(chunk));
  }

  private static byte[] bytes(EncodedChunk chunk) {
    ByteBuffer bytes = ByteBuffer.allocate(chunk.header().totalLength());
    chunk.writeTo(bytes);
    return bytes.array();
  }

  private byte[] decode(ByteBuffer bytes, ChunkDecoder.BaseSource bases) throws IOException {
    EncodedChunk chunk = EncodedChunk.readFrom(bytes);
    ByteBuffer plain = ByteBuffer.allocate(chunk.header().rawLength());
    decoder.decodeVerified(chunk, plain, bases);
    return plain.array();
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// Words from a small vocabulary: compresses about as well as real text.
  private static byte[] text(long seed, int length) {
    Random random = new Random(seed);
    byte[] bytes = new byte[length];
    for (int at = 0; at < length; ) {
      byte[] word = random(random.nextInt(20), 4 + random.nextInt(9));
      int n = Math.min(word.length, length - at);
      System.arraycopy(word, 0, bytes, at, n);
      at += n;
    }
    return bytes;
  }
}
