package io.landfall.protocol.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/// The server's half of NBD as bytes. Every method appends to a buffer of the caller's.
public final class NbdWriter {
  /// Bytes of a chunk before its payload.
  public static final int CHUNK_HEADER_BYTES = 20;

  /// Bytes of a simple reply before its data.
  public static final int SIMPLE_REPLY_BYTES = 16;

  /// Bytes of a hole chunk.
  public static final int HOLE_CHUNK_BYTES = CHUNK_HEADER_BYTES + 12;

  /// Bytes of a data chunk before its data.
  public static final int DATA_CHUNK_HEADER_BYTES = CHUNK_HEADER_BYTES + 8;

  private static final long MAGIC = 0x4E42444D41474943L; // "NBDMAGIC"
  private static final long OPTION_MAGIC = 0x49484156454F5054L; // "IHAVEOPT"
  private static final long OPTION_REPLY_MAGIC = 0x0003E889045565A9L;
  private static final int SIMPLE_REPLY_MAGIC = 0x67446698;
  private static final int CHUNK_MAGIC = 0x668E33EF;
  private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
  private static final int EXPORT_NAME_PADDING_BYTES = 124;

  private static final int REPLY_ACK = 1;
  private static final int REPLY_SERVER = 2;
  private static final int REPLY_INFO = 3;
  private static final int REPLY_META_CONTEXT = 4;

  private static final int INFO_EXPORT = 0;
  private static final int INFO_NAME = 1;
  private static final int INFO_DESCRIPTION = 2;
  private static final int INFO_BLOCK_SIZE = 3;

  private static final int CHUNK_DONE = 1;
  private static final int CHUNK_NONE = 0;
  private static final int CHUNK_OFFSET_DATA = 1;
  private static final int CHUNK_OFFSET_HOLE = 2;
  private static final int CHUNK_BLOCK_STATUS = 5;
  private static final int CHUNK_ERROR = 0x8001;
  private static final int MAX_MESSAGE_BYTES = 1024;

  private NbdWriter() {}

  // ---- negotiation

  /// What a server says first.
  public static void greeting(ByteBuf out) {
    out.writeLong(MAGIC).writeLong(OPTION_MAGIC).writeShort(FIXED_NEWSTYLE_NO_ZEROES);
  }

  /// The answer to EXPORT_NAME, after which the transmission begins.
  public static void exportName(ByteBuf out, long sizeBytes, int flags, boolean noZeroes) {
    out.writeLong(sizeBytes).writeShort(flags);
    if (!noZeroes) {
      out.writeZero(EXPORT_NAME_PADDING_BYTES);
    }
  }

  private static void reply(ByteBuf out, NbdOption option, int type, int length) {
    out.writeLong(OPTION_REPLY_MAGIC);
    out.writeInt(option.number()).writeInt(type).writeInt(length);
  }

  /// Yes, or the end of a list.
  public static void ack(ByteBuf out, NbdOption option) {
    reply(out, option, REPLY_ACK, 0);
  }

  /// No, and why.
  public static void refuse(ByteBuf out, NbdOption option, OptionError error, String why) {
    String text = bounded(why);
    reply(out, option, error.replyType(), ByteBufUtil.utf8Bytes(text));
    ByteBufUtil.writeUtf8(out, text);
  }

  /// One export of a list.
  public static void server(ByteBuf out, NbdOption option, String name) {
    int bytes = ByteBufUtil.utf8Bytes(name);
    reply(out, option, REPLY_SERVER, 4 + bytes);
    out.writeInt(bytes);
    ByteBufUtil.writeUtf8(out, name);
  }

  /// Size and abilities of an export.
  public static void infoExport(ByteBuf out, NbdOption option, long sizeBytes, int flags) {
    reply(out, option, REPLY_INFO, 12);
    out.writeShort(INFO_EXPORT).writeLong(sizeBytes).writeShort(flags);
  }

  /// The name of an export, as it is listed.
  public static void infoName(ByteBuf out, NbdOption option, String name) {
    infoText(out, option, INFO_NAME, name);
  }

  /// A description of an export for people.
  public static void infoDescription(ByteBuf out, NbdOption option, String description) {
    infoText(out, option, INFO_DESCRIPTION, description);
  }

  private static void infoText(ByteBuf out, NbdOption option, int type, String text) {
    reply(out, option, REPLY_INFO, 2 + ByteBufUtil.utf8Bytes(text));
    out.writeShort(type);
    ByteBufUtil.writeUtf8(out, text);
  }

  /// Which sizes of requests an export takes, likes and bears.
  public static void infoBlockSize(
      ByteBuf out, NbdOption option, int minBytes, int preferredBytes, int maxBytes) {
    reply(out, option, REPLY_INFO, 14);
    out.writeShort(INFO_BLOCK_SIZE).writeInt(minBytes).writeInt(preferredBytes).writeInt(maxBytes);
  }

  /// One kind of block status, with the number that stands for it.
  public static void metaContext(ByteBuf out, NbdOption option, int id, String name) {
    reply(out, option, REPLY_META_CONTEXT, 4 + ByteBufUtil.utf8Bytes(name));
    out.writeInt(id);
    ByteBufUtil.writeUtf8(out, name);
  }

  // ---- transmission

  /// A reply that is no chunk; data of a READ follows it.
  public static void simpleReply(ByteBuf out, long cookie, NbdErrno error) {
    out.writeInt(SIMPLE_REPLY_MAGIC).writeInt(error.number()).writeLong(cookie);
  }

  private static void chunk(ByteBuf out, boolean done, int type, long cookie, long length) {
    out.writeInt(CHUNK_MAGIC).writeShort(done ? CHUNK_DONE : 0).writeShort(type);
    out.writeLong(cookie).writeInt((int) length);
  }

  /// The end of a structured reply that has nothing more to say.
  public static void done(ByteBuf out, long cookie) {
    chunk(out, true, CHUNK_NONE, cookie, 0);
  }

  /// The header of a data chunk; `length` bytes must follow it.
  public static void dataChunk(ByteBuf out, boolean done, long cookie, long offset, int length) {
    chunk(out, done, CHUNK_OFFSET_DATA, cookie, 8L + length);
    out.writeLong(offset);
  }

  /// A run of zeros.
  public static void holeChunk(ByteBuf out, boolean done, long cookie, long offset, int length) {
    chunk(out, done, CHUNK_OFFSET_HOLE, cookie, 12);
    out.writeLong(offset).writeInt(length);
  }

  /// The header of a chunk of block status; `extents` times [#extent] must follow it.
  public static void statusChunk(
      ByteBuf out, boolean done, long cookie, int contextId, int extents) {
    chunk(out, done, CHUNK_BLOCK_STATUS, cookie, 4L + 8L * extents);
    out.writeInt(contextId);
  }

  /// One extent of a chunk of block status.
  ///
  /// @param length bytes, less than 2^32
  public static void extent(ByteBuf out, long length, int status) {
    out.writeInt((int) length).writeInt(status);
  }

  /// The end of a structured reply that failed.
  public static void errorChunk(ByteBuf out, long cookie, NbdErrno error, String why) {
    String text = bounded(why);
    int bytes = ByteBufUtil.utf8Bytes(text);
    chunk(out, true, CHUNK_ERROR, cookie, 6L + bytes);
    out.writeInt(error.number()).writeShort(bytes);
    ByteBufUtil.writeUtf8(out, text);
  }

  private static String bounded(String text) {
    int bound = MAX_MESSAGE_BYTES / 4; // characters of up to four bytes
    return text.length() <= bound ? text : text.substring(0, bound);
  }
}
