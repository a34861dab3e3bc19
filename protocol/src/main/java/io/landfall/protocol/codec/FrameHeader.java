package io.landfall.protocol.codec;

import static io.landfall.protocol.error.ErrorCode.LIMIT_EXCEEDED;
import static io.landfall.protocol.error.ErrorCode.PROTOCOL_VIOLATION;
import static io.landfall.protocol.error.ErrorCode.VERSION_UNSUPPORTED;

import io.landfall.protocol.codec.FrameType.Fields;
import io.landfall.protocol.error.ProtocolException;
import io.netty.buffer.ByteBuf;

/// The 40 bytes in front of every payload, big-endian.
///
/// ```
///  0  u8   magic 0x4C 'L'          20  u32  payload length, as sent
///  1  u8   frame version           24  u32  raw length
///  2  u8   type                    28  u32  CRC32C of the payload, as sent
///  3  u8   flags                   32  u32  reserved, zero
///  4  u32  handle                  36  u32  CRC32C of bytes 0 to 35
///  8  u32  request
/// 12  u64  offset
/// ```
record FrameHeader(
    FrameType type,
    int flags,
    int handle,
    int request,
    long offset,
    int payloadLength,
    int rawLength,
    int payloadCrc) {
  static final int SIZE_BYTES = 40;
  static final int MAGIC = 'L';
  static final int VERSION = 1;

  private static final int CRC_AT = 36;

  /// Writes the header of a payload that is `payloadLength` bytes with CRC32C `payloadCrc`, at
  /// `index` of `out`.
  void write(ByteBuf out, int index) {
    out.setByte(index, MAGIC);
    out.setByte(index + 1, VERSION);
    out.setByte(index + 2, type.number);
    out.setByte(index + 3, flags);
    out.setInt(index + 4, handle);
    out.setInt(index + 8, request);
    out.setLong(index + 12, offset);
    out.setInt(index + 20, payloadLength);
    out.setInt(index + 24, rawLength);
    out.setInt(index + 28, payloadCrc);
    out.setInt(index + 32, 0);
    out.setInt(index + CRC_AT, Crc.of(out, index, CRC_AT));
  }

  /// Reads and checks the header at the start of `in`; nothing of the payload is needed yet.
  static FrameHeader read(ByteBuf in) throws ProtocolException {
    requireOurs(in);
    FrameType type = FrameType.ofNumber(in.getUnsignedByte(2));
    if (type == null) {
      throw violation("frame type " + in.getUnsignedByte(2) + " is unknown to version " + VERSION);
    }
    FrameHeader header =
        new FrameHeader(
            type,
            in.getUnsignedByte(3),
            in.getInt(4),
            in.getInt(8),
            in.getLong(12),
            in.getInt(20),
            in.getInt(24),
            in.getInt(28));
    header.requireBounds();
    header.requireUnusedZero(in.getInt(32));
    return header;
  }

  private static void requireOurs(ByteBuf in) throws ProtocolException {
    if (in.getUnsignedByte(0) != MAGIC) {
      throw violation(
          String.format(
              "not a Landfall peer: a frame starts with byte 0x%02x, expected 0x%02x",
              in.getUnsignedByte(0), MAGIC));
    }
    if (in.getUnsignedByte(1) != VERSION) {
      throw new ProtocolException(
          VERSION_UNSUPPORTED,
          "frame version " + in.getUnsignedByte(1) + ", this side reads version " + VERSION);
    }
    int expected = Crc.of(in, 0, CRC_AT);
    if (in.getInt(CRC_AT) != expected) {
      throw violation(
          String.format(
              "frame header damaged: its CRC32C is %08x, expected %08x",
              in.getInt(CRC_AT), expected));
    }
  }

  private void requireBounds() throws ProtocolException {
    if (payloadLength < type.minPayload || payloadLength > type.maxPayload) {
      throw new ProtocolException(
          LIMIT_EXCEEDED,
          type
              + " frame announces "
              + Integer.toUnsignedString(payloadLength)
              + " bytes of payload, expected "
              + type.minPayload
              + " to "
              + type.maxPayload);
    }
  }

  private void requireUnusedZero(int reserved) throws ProtocolException {
    int used = type.fields;
    boolean unused =
        ((used & Fields.REQUEST) == 0 && request != 0)
            || ((used & Fields.HANDLE) == 0 && handle != 0)
            || ((used & Fields.OFFSET) == 0 && offset != 0)
            || ((used & Fields.RAW_LENGTH) == 0 && rawLength != 0);
    if (unused || reserved != 0 || (flags & ~type.flagMask) != 0) {
      throw violation(type + " frame sets header fields or flags that it does not have");
    }
  }

  private static ProtocolException violation(String sentence) {
    return new ProtocolException(PROTOCOL_VIOLATION, sentence);
  }
}
