package io.landfall.store.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.ChunkDecoder;
import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.ChunkEncoding;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.testing.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AesSealTest {
  private Seal seal;
  private byte[] plain;
  private EncodedChunk chunk;

  @BeforeEach
  void aChunk() throws IOException {
    seal = Contents.key().seal(new UUID(1, 2));
    plain = new byte[8192];
    new Random(1).nextBytes(plain);
    chunk = encode(plain);
  }

  private static EncodedChunk encode(byte[] bytes) throws IOException {
    return new ChunkEncoder().encode(ChunkId.of(ByteBuffer.wrap(bytes)), ByteBuffer.wrap(bytes));
  }

  @Test
  void whatIsSealedOpensAndLooksLikeNothing() throws IOException {
    EncodedChunk sealed = seal.seal(chunk);
    assertThat(sealed.header().encoding()).isEqualTo(ChunkEncoding.SEALED);
    assertThat(sealed.header().id())
        .isEqualTo(seal.storedId(chunk.header().id()))
        .isNotEqualTo(chunk.header().id());
    EncodedChunk opened = seal.open(sealed);
    assertThat(opened.header()).isEqualTo(chunk.header());
    assertThat(opened.payload()).isEqualTo(ByteBuffer.wrap(plain));
    assertThat(seal.seal(chunk).payload()).isNotEqualTo(sealed.payload());
    assertThatThrownBy(
            () -> new ChunkDecoder().decode(sealed, ByteBuffer.allocate(8192), (_, _) -> {}))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("encrypted for a store");
  }

  @Test
  void aDeltaNamesItsBaseAsTheStoreDoes() throws IOException {
    byte[] changed = plain.clone();
    changed[1]++;
    EncodedChunk delta =
        new ChunkEncoder()
            .encode(
                ChunkId.of(ByteBuffer.wrap(changed)),
                ByteBuffer.wrap(changed),
                chunk.header().id(),
                ByteBuffer.wrap(plain));
    assertThat(delta.header().encoding()).isEqualTo(ChunkEncoding.PAGE_DELTA);
    EncodedChunk sealed = seal.seal(delta);
    assertThat(sealed.header().encoding()).isEqualTo(ChunkEncoding.SEALED_DELTA);
    assertThat(sealed.header().base()).isEqualTo(seal.storedId(chunk.header().id()));
    assertThat(seal.open(sealed).header()).isEqualTo(delta.header());
  }

  /// Checksums that agree again do not help whoever changed something.
  @Test
  void nothingThatWasChangedOpens() throws IOException {
    EncodedChunk sealed = seal.seal(chunk);
    byte[] payload = new byte[sealed.header().payloadLength()];
    sealed.payload().get(payload);
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      byte[] bad = payload.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      assertRefused(sealed.header(), bad);
    }
    ChunkHeader h = sealed.header();
    ChunkId other = seal.storedId(encode(new byte[] {1}).header().id());
    assertRefused(
        new ChunkHeader(h.encoding(), 0, h.rawLength(), h.payloadLength(), other, ChunkId.ZERO, 0),
        payload);
    assertRefused(
        new ChunkHeader(
            h.encoding(), 0, h.rawLength() + 1, h.payloadLength(), h.id(), ChunkId.ZERO, 0),
        payload);
    assertThatThrownBy(() -> seal.open(chunk))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("not encrypted");
  }

  private void assertRefused(ChunkHeader h, byte[] payload) {
    CRC32C crc = new CRC32C();
    crc.update(payload);
    ChunkHeader header =
        new ChunkHeader(
            h.encoding(),
            h.level(),
            h.rawLength(),
            payload.length,
            h.id(),
            h.base(),
            (int) crc.getValue());
    assertThatThrownBy(() -> seal.open(new EncodedChunk(header, ByteBuffer.wrap(payload))))
        .isInstanceOf(CorruptChunkException.class);
  }

  @Test
  void aRecordOpensUnderItsNameAlone() throws IOException {
    byte[] json = "{\"owner\":\"alice\"}".getBytes(StandardCharsets.UTF_8);
    byte[] sealed = seal.sealRecord("A", json).orElseThrow();
    assertThat(seal.openRecord("A", sealed)).isEqualTo(json);
    assertThatThrownBy(() -> seal.openRecord("B", sealed)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> seal.openRecord("A", new byte[27])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Contents.key().seal(new UUID(1, 3)).openRecord("A", sealed))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theSameContentHasOtherNamesInAnotherStoreOfTheSameKey() throws IOException {
    ChunkId id = chunk.header().id();
    assertThat(Contents.key().seal(new UUID(1, 3)).storedId(id)).isNotEqualTo(seal.storedId(id));
    assertThat(Contents.key().seal(new UUID(1, 2)).storedId(id)).isEqualTo(seal.storedId(id));
    assertThat(seal.storedId(ChunkId.ZERO)).isEqualTo(ChunkId.ZERO);
  }
}
