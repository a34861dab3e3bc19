package io.landfall.protocol.codec;

import static io.landfall.protocol.error.ErrorCode.PROTOCOL_VIOLATION;

import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Data;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/// Compresses and decompresses what a DATA frame carries. Stateless; any thread but an event loop.
public final class Payloads {
  private static final LZ4Factory LZ4 = LZ4Factory.fastestInstance();

  /// Less than a tenth saved is not worth the receiver's time.
  private static final int WORTH_TENTHS = 9;

  private Payloads() {}

  /// Compresses the payload of a plain frame if that saves a tenth of it.
  ///
  /// @param data taken over
  /// @return `data` itself, or its compressed form
  public static Data compress(Data data, ByteBufAllocator allocator) {
    int raw = data.rawLength();
    int room = LZ4.fastCompressor().maxCompressedLength(raw);
    ByteBuf packed = allocator.directBuffer(room, room);
    ByteBuffer target = packed.nioBuffer(0, room);
    LZ4.fastCompressor().compress(data.payload().nioBuffer(), target);
    if (target.position() > raw / 10 * WORTH_TENTHS) {
      packed.release();
      return data;
    }
    packed.writerIndex(target.position());
    data.close();
    return new Data(data.request(), data.handle(), data.offset(), raw, Codec.LZ4, packed);
  }

  /// The plain bytes of a frame, in a buffer of the caller's; `data` is taken over.
  ///
  /// @throws ProtocolException if the payload does not decompress to exactly its raw length
  public static ByteBuf plain(Data data, ByteBufAllocator allocator) throws ProtocolException {
    return switch (data.codec()) {
      case PLAIN -> data.payload();
      case LZ4 -> {
        try (data) {
          yield decompress(data, allocator);
        }
      }
    };
  }

  private static ByteBuf decompress(Data data, ByteBufAllocator allocator)
      throws ProtocolException {
    int raw = data.rawLength();
    ByteBuf plain = allocator.directBuffer(raw, raw);
    ByteBuffer target = plain.nioBuffer(0, raw);
    try {
      LZ4.safeDecompressor().decompress(data.payload().nioBuffer(), target);
    } catch (LZ4Exception e) {
      plain.release();
      throw new ProtocolException(
          PROTOCOL_VIOLATION, "DATA at " + data.offset() + ": not an LZ4 block of " + raw);
    }
    if (target.hasRemaining()) {
      plain.release();
      throw new ProtocolException(
          PROTOCOL_VIOLATION,
          "DATA at " + data.offset() + ": " + target.position() + " bytes, announced " + raw);
    }
    return plain.writerIndex(raw);
  }
}
