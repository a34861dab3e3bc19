package io.landfall.protocol.codec;

import static io.landfall.protocol.error.ErrorCode.LIMIT_EXCEEDED;
import static io.landfall.protocol.error.ErrorCode.PROTOCOL_VIOLATION;

import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/// Bytes of one connection to messages, however the network cut them.
///
/// Hand-written and without a cumulator: a payload is copied once, into a buffer of exactly its
/// size, which is allocated when the header has been checked. So a peer can make us hold at most
/// one frame that it has not finished, and a slow connection pins no half-empty read buffers.
///
/// Belongs to one connection and its thread. After an exception the connection must be closed.
public final class FrameDecoder implements AutoCloseable {
  private final ByteBufAllocator allocator;
  private final ByteBuf headerBytes = Unpooled.buffer(FrameHeader.SIZE_BYTES);
  private FrameHeader header;
  private ByteBuf payload;
  private int maxPayloadBytes = Integer.MAX_VALUE;

  public FrameDecoder(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /// Refuses longer payloads from now on, whatever their type may have: for a connection whose
  /// other side has not proved yet who it is.
  public void restrict(int newMaxPayloadBytes) {
    maxPayloadBytes = newMaxPayloadBytes;
  }

  /// Consumes all of `in`, which stays the caller's, and hands over each message that it completes.
  ///
  /// @param out takes messages in order; a [TransferMessage.Data] is its to close
  public void feed(ByteBuf in, Consumer<TransferMessage> out) throws ProtocolException {
    while (in.isReadable()) {
      if (header == null) {
        take(in, headerBytes, FrameHeader.SIZE_BYTES);
        if (headerBytes.readableBytes() < FrameHeader.SIZE_BYTES) {
          return;
        }
        header = FrameHeader.read(headerBytes);
        headerBytes.clear();
        requireAllowed(header);
        payload = allocator.directBuffer(header.payloadLength(), header.payloadLength());
      }
      take(in, payload, header.payloadLength());
      if (payload.readableBytes() == header.payloadLength()) {
        deliver(out);
      }
    }
  }

  private void requireAllowed(FrameHeader next) throws ProtocolException {
    if (next.payloadLength() > maxPayloadBytes) {
      throw new ProtocolException(
          LIMIT_EXCEEDED,
          next.type()
              + " frame of "
              + next.payloadLength()
              + " bytes from a peer that is not admitted yet, expected at most "
              + maxPayloadBytes);
    }
  }

  private static void take(ByteBuf in, ByteBuf into, int size) {
    into.writeBytes(in, Math.min(in.readableBytes(), size - into.readableBytes()));
  }

  private void deliver(Consumer<TransferMessage> out) throws ProtocolException {
    FrameHeader complete = header;
    ByteBuf body = payload;
    header = null;
    payload = null;
    TransferMessage message;
    try {
      requireIntact(complete, body);
      message = PayloadReader.read(complete, body);
      if (message instanceof TransferMessage.Data) {
        body = null;
      }
    } finally {
      if (body != null) {
        body.release();
      }
    }
    out.accept(message);
  }

  private static void requireIntact(FrameHeader header, ByteBuf body) throws ProtocolException {
    int crc = Crc.of(body, 0, header.payloadLength());
    if (crc != header.payloadCrc()) {
      throw new ProtocolException(
          PROTOCOL_VIOLATION,
          String.format(
              "%s frame damaged on the way: CRC32C of its %d bytes is %08x, announced %08x",
              header.type(), header.payloadLength(), crc, header.payloadCrc()));
    }
  }

  /// Gives back what an unfinished frame holds.
  @Override
  public void close() {
    if (payload != null) {
      payload.release();
      payload = null;
    }
  }
}
