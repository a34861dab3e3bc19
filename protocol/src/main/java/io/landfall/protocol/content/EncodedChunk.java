package io.landfall.protocol.content;

import io.landfall.protocol.content.CorruptChunkException.Reason;
import java.nio.ByteBuffer;

/// One chunk as it lies in a pack and as it travels: a [ChunkHeader] and its payload.
///
/// A stored chunk is sent as it lies; nothing is encoded again. The payload is a view: it lives as
/// long as the buffer it was parsed from, or until the next call of the encoder that made it.
///
/// @param header what the payload is
/// @param payload `header.payloadLength()` bytes; callers read it through a duplicate
public record EncodedChunk(ChunkHeader header, ByteBuffer payload) {

  /// Checks the payload's length against the header.
  public EncodedChunk {
    if (payload.remaining() != header.payloadLength()) {
      throw new IllegalArgumentException(
          "payload: "
              + payload.remaining()
              + " bytes, the header announces "
              + header.payloadLength());
    }
  }

  /// A chunk of `length` zero bytes: a header alone.
  public static EncodedChunk zero(int length) {
    return new EncodedChunk(
        new ChunkHeader(ChunkEncoding.ZERO, 0, length, 0, ChunkId.ZERO, ChunkId.ZERO, 0),
        ByteBuffer.allocate(0));
  }

  /// Reads header and payload from `source`, advancing it behind them; the payload stays a view of
  /// `source` and is not checked yet ([ChunkDecoder] does).
  ///
  /// @throws CorruptChunkException if the header is not one, or the payload ends early
  public static EncodedChunk readFrom(ByteBuffer source) throws CorruptChunkException {
    ChunkHeader header = ChunkHeader.readFrom(source);
    if (source.remaining() < header.payloadLength()) {
      throw new CorruptChunkException(
          Reason.TRUNCATED,
          "chunk "
              + header.id()
              + ": "
              + source.remaining()
              + " payload bytes left, the header announces "
              + header.payloadLength());
    }
    ByteBuffer payload = source.slice(source.position(), header.payloadLength());
    source.position(source.position() + header.payloadLength());
    return new EncodedChunk(header, payload);
  }

  /// A view of the payload of its own position.
  @Override
  public ByteBuffer payload() {
    return payload.duplicate();
  }

  /// Writes header and payload to `target`.
  public void writeTo(ByteBuffer target) {
    header.writeTo(target);
    target.put(payload());
  }

  /// Checks the payload against its checksum.
  ///
  /// @throws CorruptChunkException if it does not agree
  public void requireIntact() throws CorruptChunkException {
    int crc = ChunkHeader.crc(payload());
    if (crc != header.payloadCrc()) {
      throw new CorruptChunkException(
          Reason.BAD_PAYLOAD,
          "chunk %s: payload checksum is %08X, the bytes give %08X"
              .formatted(header.id(), header.payloadCrc(), crc));
    }
  }
}
