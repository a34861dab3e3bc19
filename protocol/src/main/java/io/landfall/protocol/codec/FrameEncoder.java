package io.landfall.protocol.codec;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.AskManifest;
import io.landfall.protocol.message.TransferMessage.AskPages;
import io.landfall.protocol.message.TransferMessage.Auth;
import io.landfall.protocol.message.TransferMessage.Data;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Fin;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.IdRun;
import io.landfall.protocol.message.TransferMessage.ManifestPage;
import io.landfall.protocol.message.TransferMessage.MapExtent;
import io.landfall.protocol.message.TransferMessage.MapRange;
import io.landfall.protocol.message.TransferMessage.Mapped;
import io.landfall.protocol.message.TransferMessage.Mark;
import io.landfall.protocol.message.TransferMessage.MarkedRange;
import io.landfall.protocol.message.TransferMessage.Note;
import io.landfall.protocol.message.TransferMessage.Notice;
import io.landfall.protocol.message.TransferMessage.Open;
import io.landfall.protocol.message.TransferMessage.Opened;
import io.landfall.protocol.message.TransferMessage.Pages;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.protocol.message.TransferMessage.Reply;
import io.landfall.protocol.message.TransferMessage.Request;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.protocol.message.TransferMessage.Zero;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/// Messages to frames. Stateless; any thread.
///
/// Header and body of a DATA frame come out apart, so that a body need not be copied behind its
/// header.
public final class FrameEncoder {
  private FrameEncoder() {}

  /// Writes one message.
  ///
  /// @param message taken over: the payload of a [Data] belongs to `out` afterwards
  /// @param out takes one buffer, or two for a [Data], in order; each belongs to it
  /// @throws IllegalArgumentException if a text or name of the message is over its bound
  public static void encode(
      TransferMessage message, ByteBufAllocator allocator, Consumer<ByteBuf> out) {
    if (message instanceof Data data) {
      ByteBuf header = allocator.directBuffer(FrameHeader.SIZE_BYTES, FrameHeader.SIZE_BYTES);
      header.writerIndex(FrameHeader.SIZE_BYTES);
      headerOf(data).write(header, 0);
      out.accept(header);
      out.accept(data.payload());
      return;
    }
    ByteBuf frame = allocator.directBuffer(FrameHeader.SIZE_BYTES + sizeHint(message));
    try {
      frame.writerIndex(FrameHeader.SIZE_BYTES);
      FrameHeader header = writePayload(message, frame);
      finish(header, frame);
    } catch (RuntimeException e) {
      frame.release();
      throw e;
    }
    out.accept(frame);
  }

  /// The header of a plain DATA frame whose body goes another way, with the checksum that is known
  /// of it.
  ///
  /// @param crc32c of the `length` bytes that follow the header
  /// @return the caller's
  public static ByteBuf plainDataHeader(
      int request, int handle, long offset, int length, int crc32c, ByteBufAllocator allocator) {
    ByteBuf header = allocator.directBuffer(FrameHeader.SIZE_BYTES, FrameHeader.SIZE_BYTES);
    header.writerIndex(FrameHeader.SIZE_BYTES);
    int plain = Numbers.CODECS.indexOf(TransferMessage.Codec.PLAIN);
    new FrameHeader(FrameType.DATA, plain, handle, request, offset, length, length, crc32c)
        .write(header, 0);
    return header;
  }

  private static void finish(FrameHeader header, ByteBuf frame) {
    int length = frame.readableBytes() - FrameHeader.SIZE_BYTES;
    FrameType type = header.type();
    if (length > type.maxPayload) {
      throw new IllegalArgumentException(
          type + ": " + length + " bytes of payload, expected at most " + type.maxPayload);
    }
    new FrameHeader(
            type,
            header.flags(),
            header.handle(),
            header.request(),
            header.offset(),
            length,
            header.rawLength(),
            Crc.of(frame, FrameHeader.SIZE_BYTES, length))
        .write(frame, 0);
  }

  private static FrameHeader headerOf(Data m) {
    int length = m.payload().readableBytes();
    return new FrameHeader(
        FrameType.DATA,
        Numbers.CODECS.indexOf(m.codec()),
        m.handle(),
        m.request(),
        m.offset(),
        length,
        m.rawLength(),
        Crc.of(m.payload(), m.payload().readerIndex(), length));
  }

  private static int sizeHint(TransferMessage message) {
    return switch (message) {
      case Request m -> ByteBufUtil.utf8Bytes(m.json());
      case Reply m -> ByteBufUtil.utf8Bytes(m.json());
      case Notice m -> ByteBufUtil.utf8Bytes(m.json());
      case Mapped m -> m.extents().size() * FrameType.EXTENT_BYTES;
      case Pages m -> m.checksums().size() * Long.BYTES;
      default -> 256;
    };
  }

  /// Appends the payload and returns the header without its length and checksum.
  private static FrameHeader writePayload(TransferMessage message, ByteBuf out) {
    return switch (message) {
      case Hello m -> hello(m, out);
      case Auth m -> {
        out.writeByte(Numbers.PROOF_KEYS.indexOf(m.key())).writeZero(3);
        out.writeBytes(m.nonce().toBytes()).writeBytes(m.proof().toBytes());
        yield header(FrameType.AUTH, 0, 0, 0);
      }
      case Open m -> {
        writeText(out, m.export(), Limits.MAX_NAME_BYTES);
        yield header(FrameType.OPEN, 0, m.request(), 0);
      }
      case Opened m -> opened(m, out);
      case MapRange m -> {
        out.writeLong(m.length()).writeInt(m.limit());
        yield header(FrameType.MAP, m.handle(), m.request(), m.offset());
      }
      case Mapped m -> mapped(m, out);
      case AskManifest m -> header(FrameType.ASK_MANIFEST, m.handle(), m.request(), m.firstChunk());
      case ManifestPage m -> manifest(m, out);
      case Want m ->
          new FrameHeader(
              FrameType.WANT,
              priority(m.priority()) | compression(m.codec()),
              m.handle(),
              m.request(),
              m.offset(),
              0,
              m.length(),
              0);
      case AskPages m ->
          new FrameHeader(
              FrameType.ASK_PAGES, 0, m.handle(), m.request(), m.offset(), 0, m.length(), 0);
      case Pages m -> {
        m.checksums().forEach(out::writeLong);
        yield header(FrameType.PAGES, m.handle(), m.request(), m.offset());
      }
      case Data m -> throw new AssertionError("DATA is written in two parts: " + m);
      case Zero m ->
          new FrameHeader(FrameType.ZERO, 0, m.handle(), m.request(), m.offset(), 0, m.length(), 0);
      case Mark m -> mark(m, out);
      case Note m -> {
        writeText(out, m.text(), Limits.MAX_SENTENCE_BYTES);
        yield header(FrameType.NOTE, 0, 0, 0);
      }
      case Failure m -> {
        out.writeInt(m.code().number());
        writeText(out, m.sentence(), Limits.MAX_SENTENCE_BYTES);
        yield header(FrameType.ERROR, 0, m.request(), 0);
      }
      case Fin m -> header(FrameType.FIN, m.handle(), 0, 0);
      case Request m -> text(FrameType.REQUEST, m.request(), m.json(), out);
      case Reply m -> text(FrameType.REPLY, m.request(), m.json(), out);
      case Notice m -> text(FrameType.NOTICE, 0, m.json(), out);
    };
  }

  private static int priority(Priority priority) {
    return switch (priority) {
      case URGENT -> FrameType.URGENT;
      case LANDING -> 0;
      case BACKGROUND -> FrameType.BACKGROUND;
    };
  }

  /// Flags of a WANT: 2, compressed; 4, with zstd too.
  private static int compression(TransferMessage.Codec codec) {
    return switch (codec) {
      case PLAIN -> 0;
      case LZ4 -> 2;
      case ZSTD -> 6;
    };
  }

  private static FrameHeader header(FrameType type, int handle, int request, long offset) {
    return new FrameHeader(type, 0, handle, request, offset, 0, 0, 0);
  }

  private static FrameHeader hello(Hello m, ByteBuf out) {
    out.writeShort(m.minVersion()).writeShort(m.maxVersion());
    out.writeByte(Numbers.ROLES.indexOf(m.role())).writeByte(m.dataConnections()).writeZero(2);
    out.writeLong(m.session().getMostSignificantBits());
    out.writeLong(m.session().getLeastSignificantBits());
    out.writeZero(24);
    writeText(out, m.node(), Limits.MAX_NAME_BYTES);
    return header(FrameType.HELLO, 0, 0, 0);
  }

  private static FrameHeader opened(Opened m, ByteBuf out) {
    out.writeLong(m.sizeBytes()).writeInt(m.chunkSizeBytes());
    out.writeByte(Numbers.MANIFEST_STATES.indexOf(m.manifest()));
    out.writeByte(m.imageId().isPresent() ? 1 : 0).writeByte(m.base().isPresent() ? 1 : 0);
    out.writeZero(1);
    writeId(out, m.imageId());
    writeId(out, m.base());
    writeText(out, m.stamp(), Limits.MAX_NAME_BYTES);
    return header(FrameType.OPENED, m.handle(), m.request(), 0);
  }

  private static FrameHeader mapped(Mapped m, ByteBuf out) {
    for (MapExtent extent : m.extents()) {
      out.writeLong(extent.length()).writeByte(Numbers.EXTENT_KINDS.indexOf(extent.kind()));
    }
    return header(FrameType.MAPPED, m.handle(), m.request(), m.offset());
  }

  private static FrameHeader manifest(ManifestPage m, ByteBuf out) {
    out.writeLong(m.chunkCount()).writeInt(m.chunkSizeBytes());
    writeId(out, Optional.of(m.imageId()));
    out.writeInt(m.runs().size());
    for (IdRun run : m.runs()) {
      ByteBuffer ids = ByteBuffer.allocate(run.ids().size() * ChunkId.SIZE_BYTES);
      run.ids().forEach(id -> id.writeTo(ids));
      out.writeLong(run.firstChunk()).writeInt(run.ids().size()).writeBytes(ids.flip());
    }
    return header(FrameType.MANIFEST, m.handle(), m.request(), m.firstChunk());
  }

  private static FrameHeader mark(Mark m, ByteBuf out) {
    for (MarkedRange range : m.ranges()) {
      out.writeLong(range.offset()).writeLong(range.length());
    }
    return header(FrameType.MARK, m.handle(), 0, 0);
  }

  private static FrameHeader text(FrameType type, int request, String json, ByteBuf out) {
    writeText(out, json, type.maxPayload);
    return header(type, 0, request, 0);
  }

  private static void writeId(ByteBuf out, Optional<ImageId> id) {
    out.writeBytes(id.map(ImageId::digest).orElse(ChunkId.ZERO).toBytes());
  }

  private static void writeText(ByteBuf out, String text, int maxBytes) {
    int length = ByteBufUtil.utf8Bytes(text);
    if (length > maxBytes) {
      throw new IllegalArgumentException(
          "text of " + length + " bytes, expected at most " + maxBytes);
    }
    ByteBufUtil.writeUtf8(out, text);
  }
}
