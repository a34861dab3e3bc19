package io.landfall.protocol.content;

import io.landfall.protocol.content.CorruptChunkException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The 88 bytes in front of every encoded chunk, on disk and on the wire. Big-endian.
///
/// ```
///  0  4  magic          4C 46 43 4B  "LFCK"
///  4  1  version        1
///  5  1  encoding       see ChunkEncoding
///  6  1  level          0: guest data; n: a manifest node of tree level n
///  7  1  reserved       0
///  8  4  rawLength      bytes after decoding
/// 12  4  payloadLength  bytes behind this header
/// 16 32  id             names the decoded bytes
/// 48 32  base           chunk that a page delta changes; zeros for all other encodings
/// 80  4  payloadCrc     CRC32C of the payload
/// 84  4  headerCrc      CRC32C of bytes 0 to 83
/// ```
///
/// Header and payload are checked apart, so that a scanner that meets a damaged payload still knows
/// where the next chunk starts. The base has its place in every header, for 32 bytes a chunk: a
/// header of one size can be read, skipped and copied into a table without being understood first.
///
/// @param encoding how the payload is written
/// @param level 0 for guest data; `n >= 1` for a manifest node, the root of a tree being the
///   highest
/// @param rawLength bytes after decoding
/// @param payloadLength bytes behind the header
/// @param id names the decoded bytes
/// @param base the base of a page delta, or [ChunkId#ZERO]
/// @param payloadCrc CRC32C of the payload
public record ChunkHeader(
    ChunkEncoding encoding,
    int level,
    int rawLength,
    int payloadLength,
    ChunkId id,
    ChunkId base,
    int payloadCrc) {
  /// Bytes of a header.
  public static final int SIZE_BYTES = 88;

  /// By how much a sealed payload is longer than the one in it: a header, a nonce of 12 bytes and a
  /// tag of 16.
  public static final int SEAL_BYTES = SIZE_BYTES + 12 + 16;

  /// The longest payload of any chunk.
  public static final int MAX_PAYLOAD_BYTES = Chunks.MAX_SIZE_BYTES + SEAL_BYTES;

  /// The first four bytes, "LFCK".
  public static final int MAGIC = 0x4C46434B;

  /// The version that this code writes.
  public static final int VERSION = 1;

  /// The highest tree level: 256 to the power of 7 chunks are more than a 63-bit size can hold.
  public static final int MAX_LEVEL = 7;

  private static final int MAX_NODE_BYTES = Manifest.FAN_OUT * ChunkId.SIZE_BYTES;
  private static final int CRC_OFFSET = 84;

  /// Checks that the fields agree with each other and with the bounds.
  ///
  /// @throws IllegalArgumentException naming the field, if they do not
  public ChunkHeader {
    String fault = fault(encoding, level, rawLength, payloadLength, id, base);
    if (fault != null) {
      throw new IllegalArgumentException("chunk header: " + fault);
    }
  }

  /// Bytes of header and payload together.
  public int totalLength() {
    return SIZE_BYTES + payloadLength;
  }

  /// Whether this is a manifest node and not guest data.
  public boolean isNode() {
    return level > 0;
  }

  /// Writes the 88 bytes at the position of `target`, whatever its byte order.
  public void writeTo(ByteBuffer target) {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE_BYTES);
    bytes.putInt(MAGIC).put((byte) VERSION).put(encoding.code()).put((byte) level).put((byte) 0);
    bytes.putInt(rawLength).putInt(payloadLength);
    id.writeTo(bytes);
    base.writeTo(bytes);
    bytes.putInt(payloadCrc);
    bytes.putInt(crc(bytes.duplicate().flip()));
    target.put(bytes.flip());
  }

  /// Reads a header from the next 88 bytes of `source` and advances it behind them; nothing is
  /// allocated for what the header announces.
  ///
  /// @throws CorruptChunkException if the bytes are not a header of this version; the position is
  ///   then undefined
  public static ChunkHeader readFrom(ByteBuffer source) throws CorruptChunkException {
    if (source.remaining() < SIZE_BYTES) {
      throw new CorruptChunkException(
          Reason.TRUNCATED,
          "chunk header: " + source.remaining() + " bytes left, expected " + SIZE_BYTES);
    }
    ByteBuffer bytes = source.slice(source.position(), SIZE_BYTES).order(ByteOrder.BIG_ENDIAN);
    source.position(source.position() + SIZE_BYTES);
    requireIntact(bytes);
    byte code = bytes.get(5);
    ChunkEncoding encoding =
        ChunkEncoding.ofCode(code)
            .orElseThrow(() ->
                new CorruptChunkException(
                    Reason.UNSUPPORTED,
                    "chunk header: encoding " + code + " is not one this version reads (0 to 7)"));
    int level = Byte.toUnsignedInt(bytes.get(6));
    int rawLength = bytes.getInt(8);
    int payloadLength = bytes.getInt(12);
    ChunkId id = ChunkId.readFrom(bytes.position(16));
    ChunkId base = ChunkId.readFrom(bytes.position(48));
    String fault =
        bytes.get(7) != 0
            ? "reserved byte 7 is " + bytes.get(7) + ", expected 0"
            : fault(encoding, level, rawLength, payloadLength, id, base);
    if (fault != null) {
      throw new CorruptChunkException(Reason.INCONSISTENT, "chunk header: " + fault);
    }
    return new ChunkHeader(
        encoding, level, rawLength, payloadLength, id, base, bytes.getInt(CRC_OFFSET - 4));
  }

  private static void requireIntact(ByteBuffer bytes) throws CorruptChunkException {
    if (bytes.getInt(0) != MAGIC) {
      throw new CorruptChunkException(
          Reason.WRONG_MAGIC,
          "chunk header: starts with %08X, expected %08X (\"LFCK\")"
              .formatted(bytes.getInt(0), MAGIC));
    }
    int crc = crc(bytes.slice(0, CRC_OFFSET));
    if (crc != bytes.getInt(CRC_OFFSET)) {
      throw new CorruptChunkException(
          Reason.BAD_HEADER,
          "chunk header: checksum is %08X, the bytes give %08X"
              .formatted(bytes.getInt(CRC_OFFSET), crc));
    }
    if (bytes.get(4) != VERSION) {
      throw new CorruptChunkException(
          Reason.UNSUPPORTED,
          "chunk header: version " + bytes.get(4) + ", this version of Landfall reads 1");
    }
  }

  private static String fault(
      ChunkEncoding encoding, int level, int raw, int payload, ChunkId id, ChunkId base) {
    if (level < 0 || level > MAX_LEVEL) {
      return "level " + level + ", expected 0 to " + MAX_LEVEL;
    }
    int maxRaw = level == 0 ? Chunks.MAX_SIZE_BYTES : MAX_NODE_BYTES;
    if (raw < 1 || raw > maxRaw || (level > 0 && raw % ChunkId.SIZE_BYTES != 0)) {
      return "raw length " + raw + ", expected 1 to " + maxRaw + ", whole ids for a node";
    }
    if (encoding.isDelta() ? base.isZero() || base.equals(id) || level > 0 : !base.isZero()) {
      return "base " + base + " does not fit encoding " + encoding + " at level " + level;
    }
    if (id.isZero() != (encoding == ChunkEncoding.ZERO)) {
      return "id " + id + " does not fit encoding " + encoding;
    }
    boolean fits =
        switch (encoding) {
          case ZERO -> payload == 0;
          case PLAIN -> payload == raw;
          case LZ4, ZSTD, PAGE_DELTA, PAGE_DELTA_ZSTD -> payload > 0 && payload < raw;
          case SEALED, SEALED_DELTA -> payload > SEAL_BYTES && payload <= raw + SEAL_BYTES;
        };
    return fits ? null : encoding + " payload of " + payload + " bytes for " + raw + " raw bytes";
  }

  static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
