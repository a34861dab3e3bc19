package io.landfall.store.seal;

import io.landfall.protocol.content.ChunkEncoding;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.protocol.content.CorruptChunkException.Reason;
import io.landfall.protocol.content.EncodedChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM under a key of its own for every name.
///
/// ```
/// payload of a sealed chunk     nonce (12), ciphertext of header and payload, tag (16)
/// key                           HMAC-SHA-256(chunk key, stored id)
/// additional data               the first 80 bytes of the sealed chunk's header
/// ```
///
/// Nonces are random. Since each name has its own key, two uses of one nonce would have to meet
/// among the few forms of one chunk that are ever written, and not among all chunks of the store.
final class AesSeal implements Seal {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int BOUND_HEADER_BYTES = 80; // all but the checksums
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec idKey;
  private final SecretKeySpec chunkKey;
  private final SecretKeySpec recordKey;

  AesSeal(byte[] idKey, byte[] chunkKey, byte[] recordKey) {
    this.idKey = new SecretKeySpec(idKey, "HmacSHA256");
    this.chunkKey = new SecretKeySpec(chunkKey, "HmacSHA256");
    this.recordKey = new SecretKeySpec(recordKey, "HmacSHA256");
  }

  private static byte[] hmac(SecretKeySpec key, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has HmacSHA256", e);
    }
  }

  private static byte[] encrypt(byte[] key, byte[] aad, ByteBuffer plain) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    ByteBuffer sealed =
        ByteBuffer.allocate(NONCE_BYTES + plain.remaining() + TAG_BITS / Byte.SIZE).put(nonce);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, "AES"),
          new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(aad);
      cipher.doFinal(plain, sealed);
      return sealed.array();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has AES-GCM", e);
    }
  }

  private static ByteBuffer decrypt(byte[] key, byte[] aad, ByteBuffer sealed)
      throws AEADBadTagException {
    byte[] nonce = new byte[NONCE_BYTES];
    sealed.get(nonce);
    ByteBuffer plain = ByteBuffer.allocate(sealed.remaining() - TAG_BITS / Byte.SIZE);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(key, "AES"),
          new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(aad);
      cipher.doFinal(sealed, plain);
      return plain.flip();
    } catch (AEADBadTagException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has AES-GCM", e);
    }
  }

  @Override
  public ChunkId storedId(ChunkId plain) {
    return plain.isZero() ? plain : ChunkId.readFrom(ByteBuffer.wrap(hmac(idKey, plain.toBytes())));
  }

  @Override
  public EncodedChunk seal(EncodedChunk plain) throws IOException {
    ChunkHeader inner = plain.header();
    ByteBuffer whole = ByteBuffer.allocate(inner.totalLength());
    plain.writeTo(whole);
    ChunkHeader outer = outer(inner, 0);
    byte[] payload =
        encrypt(hmac(chunkKey, outer.id().toBytes()), bound(outer), whole.flip().duplicate());
    CRC32C crc = new CRC32C();
    crc.update(payload);
    EncodedChunk sealed =
        new EncodedChunk(outer(inner, (int) crc.getValue()), ByteBuffer.wrap(payload));
    // What was just written must be readable while its source still exists.
    EncodedChunk again = open(sealed);
    if (!again.header().equals(inner) || !again.payload().equals(plain.payload())) {
      throw new CorruptChunkException(
          Reason.UNDECODABLE,
          "chunk " + inner.id() + ": what was just sealed does not open to its source");
    }
    return sealed;
  }

  private ChunkHeader outer(ChunkHeader inner, int payloadCrc) {
    return new ChunkHeader(
        inner.encoding().isDelta() ? ChunkEncoding.SEALED_DELTA : ChunkEncoding.SEALED,
        inner.level(),
        inner.rawLength(),
        inner.payloadLength() + ChunkHeader.SEAL_BYTES,
        storedId(inner.id()),
        storedId(inner.base()),
        payloadCrc);
  }

  private static byte[] bound(ChunkHeader header) {
    ByteBuffer bytes = ByteBuffer.allocate(ChunkHeader.SIZE_BYTES);
    header.writeTo(bytes);
    return java.util.Arrays.copyOf(bytes.array(), BOUND_HEADER_BYTES);
  }

  @Override
  public EncodedChunk open(EncodedChunk stored) throws CorruptChunkException {
    ChunkHeader outer = stored.header();
    if (!outer.encoding().isSealed()) {
      throw new CorruptChunkException(
          Reason.INCONSISTENT, "chunk " + outer.id() + ": not encrypted, in an encrypted store");
    }
    stored.requireIntact();
    try {
      ByteBuffer whole =
          decrypt(hmac(chunkKey, outer.id().toBytes()), bound(outer), stored.payload());
      EncodedChunk plain = EncodedChunk.readFrom(whole);
      if (!whole.hasRemaining() && outer(plain.header(), outer.payloadCrc()).equals(outer)) {
        return plain;
      }
    } catch (AEADBadTagException e) {
      throw new CorruptChunkException(
          Reason.BAD_PAYLOAD, "chunk " + outer.id() + ": was not sealed so with this store's key");
    }
    throw new CorruptChunkException(
        Reason.INCONSISTENT, "chunk " + outer.id() + ": holds another chunk than it says");
  }

  @Override
  public Optional<byte[]> sealRecord(String name, byte[] json) {
    byte[] aad = name.getBytes(StandardCharsets.UTF_8);
    return Optional.of(encrypt(hmac(recordKey, aad), aad, ByteBuffer.wrap(json)));
  }

  @Override
  public byte[] openRecord(String name, byte[] sealed) throws IOException {
    byte[] aad = name.getBytes(StandardCharsets.UTF_8);
    if (sealed.length < NONCE_BYTES + TAG_BITS / Byte.SIZE) {
      throw new IOException(sealed.length + " bytes, too short for a sealed record");
    }
    try {
      ByteBuffer json = decrypt(hmac(recordKey, aad), aad, ByteBuffer.wrap(sealed));
      return json.array();
    } catch (AEADBadTagException e) {
      throw new IOException("was not sealed so under this name with this store's key", e);
    }
  }
}
