package io.landfall.protocol.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// The client's half of the transmission: requests, with their payload in a buffer of exactly its
/// size, which is allocated when the gate has let the header pass. A payload that is too long is
/// passed over as it comes, so that the request can be refused and the connection goes on.
public final class RequestReader implements AutoCloseable {
  private static final int MAGIC = 0x25609513;

  /// Decides when there is room for another request.
  @FunctionalInterface
  public interface Gate {
    /// Whether `request` may be taken now; if not, it is asked again at the next call of the
    /// reader.
    boolean admit(NbdRequest request);
  }

  /// A request as a whole.
  ///
  /// @param payload what WRITE brought, the receiver's to release; null for others and for one that
  ///   was too long
  public record Received(NbdRequest request, ByteBuf payload) {}

  private final ByteBufAllocator allocator;
  private final Gate gate;
  private NbdRequest request;
  private boolean admitted;
  private ByteBuf payload;
  private long toSkip;

  public RequestReader(ByteBufAllocator allocator, Gate gate) {
    this.allocator = allocator;
    this.gate = gate;
  }

  /// The next request, or null if more bytes or room are needed first.
  public Received next(ByteBuf in) throws NbdProtocolException {
    if (request == null && !readHeader(in)) {
      return null;
    }
    if (!admitted && !admit()) {
      return null;
    }
    if (payload != null) {
      in.readBytes(payload, Math.min(in.readableBytes(), payload.writableBytes()));
      return payload.isWritable() ? null : taken();
    }
    int skipped = (int) Math.min(toSkip, in.readableBytes());
    in.skipBytes(skipped);
    toSkip -= skipped;
    return toSkip > 0 ? null : taken();
  }

  private boolean readHeader(ByteBuf in) throws NbdProtocolException {
    if (in.readableBytes() < NbdRequest.SIZE_BYTES) {
      return false;
    }
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new NbdProtocolException("request magic %08x, expected %08x".formatted(magic, MAGIC));
    }
    request =
        new NbdRequest(
            in.readUnsignedShort(),
            NbdCommand.of(in.readUnsignedShort()),
            in.readLong(),
            in.readLong(),
            in.readUnsignedInt());
    admitted = false;
    return true;
  }

  private boolean admit() {
    admitted = gate.admit(request);
    if (admitted && request.bringsPayload()) {
      if (request.oversized()) {
        toSkip = request.length();
      } else {
        payload = allocator.directBuffer((int) request.length(), (int) request.length());
      }
    }
    return admitted;
  }

  private Received taken() {
    Received received = new Received(request, payload);
    request = null;
    payload = null;
    return received;
  }

  /// Whether a request has begun to arrive and is not complete.
  public boolean midRequest() {
    return request != null && admitted;
  }

  /// A request that was admitted and has not been handed out, or null.
  public NbdRequest unfinished() {
    return midRequest() ? request : null;
  }

  /// Gives back what an unfinished request holds.
  @Override
  public void close() {
    if (payload != null) {
      payload.release();
      payload = null;
    }
  }
}
