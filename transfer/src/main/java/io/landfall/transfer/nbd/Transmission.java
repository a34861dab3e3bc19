package io.landfall.transfer.nbd;

import io.landfall.protocol.nbd.NbdCommand;
import io.landfall.protocol.nbd.NbdErrno;
import io.landfall.protocol.nbd.NbdFlags;
import io.landfall.protocol.nbd.NbdRequest;
import io.landfall.protocol.nbd.NbdWriter;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;

/// Carries out the requests of one client on its export.
///
/// What a READ answers is read whole before the first byte of the answer is made, so that a device
/// that fails is always answered as an error. Zeros that the device knows of travel as holes.
///
/// Any thread, several at once; calls block on the device.
public final class Transmission {
  private static final Logger LOG = System.getLogger(Transmission.class.getName());
  private static final int MAX_CHUNKS = 64;
  private static final int MAX_STATUS_EXTENTS = 1024;
  private static final int STEP_BYTES = 1 << 20;

  /// Longest READ that is answered from memory at once: a copy of a few microseconds.
  private static final int MAX_CACHED_BYTES = 256 << 10;

  private static final int KNOWN_FLAGS =
      NbdFlags.COMMAND_FUA
          | NbdFlags.COMMAND_NO_HOLE
          | NbdFlags.COMMAND_DF
          | NbdFlags.COMMAND_REQ_ONE;

  private final NbdExport export;
  private final BlockDevice device;
  private final boolean structured;
  private final List<MetaContext> contexts;

  Transmission(NbdExport export, boolean structured, List<MetaContext> contexts) {
    this.export = export;
    this.device = export.device();
    this.structured = structured;
    this.contexts = List.copyOf(contexts);
  }

  /// The export that the client has chosen.
  public NbdExport export() {
    return export;
  }

  /// Does what a request asks for.
  ///
  /// @param payload what a WRITE brought, borrowed; null for others
  /// @return what to send
  public ByteBuf answer(NbdRequest request, ByteBuf payload, ByteBufAllocator allocator) {
    try {
      refuseWrong(request);
      return switch (request.command()) {
        case READ -> read(request, allocator);
        case BLOCK_STATUS -> status(request, allocator);
        default -> {
          change(request, payload);
          yield success(request, allocator);
        }
      };
    } catch (Refusal e) {
      return failure(request, e.errno, e.getMessage(), allocator);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "export " + export.name() + ": " + request, e);
      boolean full = String.valueOf(e.getMessage()).contains("No space left");
      return failure(
          request,
          full ? NbdErrno.ENOSPC : NbdErrno.EIO,
          String.valueOf(e.getMessage()),
          allocator);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "export " + export.name() + ": " + request, e);
      return failure(request, NbdErrno.EIO, "internal error", allocator);
    }
  }

  /// The answer to a READ of what is in memory, or null where something would have to be waited for
  /// or the answer is not one piece of data: that is for [#answer] to say.
  ///
  /// Never blocks.
  public ByteBuf answerCached(NbdRequest request, ByteBufAllocator allocator) {
    if (request.command() != NbdCommand.READ || request.length() > MAX_CACHED_BYTES) {
      return null;
    }
    ByteBuf out = null;
    try {
      refuseWrong(request);
      int length = (int) request.length();
      int header = structured ? NbdWriter.DATA_CHUNK_HEADER_BYTES : NbdWriter.SIMPLE_REPLY_BYTES;
      out = allocator.directBuffer(header + length, header + length);
      writeHeader(out, request, length);
      if (device.readCached(request.offset(), out.internalNioBuffer(header, length))
          && (!structured || isOnePiece(request, length))) {
        ByteBuf answer = out.writerIndex(header + length);
        out = null;
        return answer;
      }
      return null;
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.TRACE, "left to a disk thread", e);
      return null;
    } finally {
      if (out != null) {
        out.release();
      }
    }
  }

  /// Asked after the data was there: whoever has that in memory has where it lies too.
  private boolean isOnePiece(NbdRequest request, int length) throws IOException {
    if (request.has(NbdFlags.COMMAND_DF)) {
      return true;
    }
    Extent first = device.extents(request.offset(), length, 1).getFirst();
    return first.kind() == Kind.DATA && first.length() == length;
  }

  private void refuseWrong(NbdRequest request) throws Refusal {
    if ((request.flags() & ~KNOWN_FLAGS) != 0) {
      throw new Refusal(NbdErrno.EINVAL, "flags %x".formatted(request.flags()));
    }
    switch (request.command()) {
      case READ, CACHE -> requireRange(request, NbdErrno.EINVAL);
      case BLOCK_STATUS -> {
        requireRange(request, NbdErrno.EINVAL);
        if (contexts.isEmpty()) {
          throw new Refusal(NbdErrno.EINVAL, "no kind of block status was chosen");
        }
      }
      case WRITE, WRITE_ZEROES -> requireWritable(request, NbdErrno.ENOSPC);
      case TRIM -> requireWritable(request, NbdErrno.EINVAL);
      case FLUSH -> {
        if (request.offset() != 0 || request.length() != 0) {
          throw new Refusal(NbdErrno.EINVAL, "a flush has no range");
        }
      }
      case DISCONNECT, UNKNOWN -> throw new Refusal(NbdErrno.EINVAL, "no such command");
    }
  }

  private void requireWritable(NbdRequest request, NbdErrno outside) throws Refusal {
    if (export.readOnly()) {
      throw new Refusal(NbdErrno.EPERM, "the export is read-only");
    }
    requireRange(request, outside);
  }

  private void requireRange(NbdRequest request, NbdErrno outside) throws Refusal {
    if (request.length() == 0) {
      throw new Refusal(NbdErrno.EINVAL, "a request of no bytes");
    }
    if (request.oversized()) {
      throw new Refusal(
          NbdErrno.EINVAL,
          "%d bytes, at most %d at once".formatted(request.length(), NbdRequest.MAX_PAYLOAD_BYTES));
    }
    long size = device.sizeBytes();
    if (request.offset() < 0 || request.offset() > size - request.length()) {
      throw new Refusal(
          outside,
          "%d bytes at %s, the export has %d"
              .formatted(request.length(), Long.toUnsignedString(request.offset()), size));
    }
  }

  // ---- reading

  private ByteBuf read(NbdRequest request, ByteBufAllocator allocator) throws IOException {
    int length = (int) request.length();
    if (!structured) {
      return readWhole(request, NbdWriter.SIMPLE_REPLY_BYTES, allocator);
    }
    List<Extent> extents = device.extents(request.offset(), length, MAX_CHUNKS);
    boolean oneChunk = extents.size() == 1 && extents.getFirst().kind() == Kind.DATA;
    if (oneChunk
        || request.has(NbdFlags.COMMAND_DF)
        || extents.getLast().end() < request.offset() + length) {
      return readWhole(request, NbdWriter.DATA_CHUNK_HEADER_BYTES, allocator);
    }
    return readChunks(request, extents, allocator);
  }

  private ByteBuf readWhole(NbdRequest request, int headerBytes, ByteBufAllocator allocator)
      throws IOException {
    int length = (int) request.length();
    ByteBuf out = allocator.directBuffer(headerBytes + length, headerBytes + length);
    try {
      writeHeader(out, request, length);
      readInto(out, request.offset(), length);
      return out;
    } catch (IOException | RuntimeException e) {
      out.release();
      throw e;
    }
  }

  private void writeHeader(ByteBuf out, NbdRequest request, int length) {
    if (structured) {
      NbdWriter.dataChunk(out, true, request.cookie(), request.offset(), length);
    } else {
      NbdWriter.simpleReply(out, request.cookie(), NbdErrno.NONE);
    }
  }

  private void readInto(ByteBuf out, long offset, int length) throws IOException {
    device.read(offset, out.internalNioBuffer(out.writerIndex(), length));
    out.writerIndex(out.writerIndex() + length);
  }

  private ByteBuf readChunks(NbdRequest request, List<Extent> extents, ByteBufAllocator allocator)
      throws IOException {
    int bytes = 0;
    for (Extent extent : extents) {
      bytes +=
          extent.kind() == Kind.DATA
              ? NbdWriter.DATA_CHUNK_HEADER_BYTES + (int) extent.length()
              : NbdWriter.HOLE_CHUNK_BYTES;
    }
    ByteBuf out = allocator.directBuffer(bytes, bytes);
    try {
      for (Extent extent : extents) {
        boolean last = extent.equals(extents.getLast());
        int length = (int) extent.length();
        if (extent.kind() == Kind.DATA) {
          NbdWriter.dataChunk(out, last, request.cookie(), extent.offset(), length);
          readInto(out, extent.offset(), length);
        } else {
          NbdWriter.holeChunk(out, last, request.cookie(), extent.offset(), length);
        }
      }
      return out;
    } catch (IOException | RuntimeException e) {
      out.release();
      throw e;
    }
  }

  private ByteBuf status(NbdRequest request, ByteBufAllocator allocator) throws IOException {
    ByteBuf out = allocator.buffer();
    try {
      int limit = request.has(NbdFlags.COMMAND_REQ_ONE) ? 1 : MAX_STATUS_EXTENTS;
      for (MetaContext context : contexts) {
        boolean last = context.equals(contexts.getLast());
        List<Extent> extents = context.layer().extents(request.offset(), request.length(), limit);
        NbdWriter.statusChunk(out, last, request.cookie(), context.id(), extents.size());
        for (Extent extent : extents) {
          NbdWriter.extent(out, extent.length(), state(context, extent.kind()));
        }
      }
      return out;
    } catch (IOException | RuntimeException e) {
      out.release();
      throw e;
    }
  }

  private static int state(MetaContext context, Kind kind) {
    if (context.dirty()) {
      return kind == Kind.HOLE ? 0 : NbdFlags.STATE_DIRTY;
    }
    return kind == Kind.DATA ? 0 : NbdFlags.STATE_HOLE | NbdFlags.STATE_ZERO;
  }

  // ---- changing

  private void change(NbdRequest request, ByteBuf payload) throws IOException {
    switch (request.command()) {
      case WRITE -> device.write(request.offset(), payload.nioBuffer());
      case TRIM -> device.zero(request.offset(), request.length());
      case WRITE_ZEROES -> {
        if (request.has(NbdFlags.COMMAND_NO_HOLE)) {
          writeZeros(request.offset(), request.length());
        } else {
          device.zero(request.offset(), request.length());
        }
      }
      case CACHE -> readAhead(request.offset(), request.length());
      default -> {}
    }
    boolean durable = request.command() == NbdCommand.FLUSH || request.has(NbdFlags.COMMAND_FUA);
    if (durable && !export.readOnly()) {
      device.flush();
    }
  }

  private void writeZeros(long offset, long length) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(STEP_BYTES, length));
    for (long done = 0; done < length; done += zeros.capacity()) {
      device.write(
          offset + done, zeros.clear().limit((int) Math.min(zeros.capacity(), length - done)));
    }
  }

  /// Reading is what brings an image that is still on its way here, and a file into memory.
  private void readAhead(long offset, long length) throws IOException {
    ByteBuffer scratch = ByteBuffer.allocate((int) Math.min(STEP_BYTES, length));
    for (long done = 0; done < length; done += scratch.capacity()) {
      device.read(
          offset + done, scratch.clear().limit((int) Math.min(scratch.capacity(), length - done)));
    }
  }

  // ---- answers

  private ByteBuf success(NbdRequest request, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(NbdWriter.SIMPLE_REPLY_BYTES);
    NbdWriter.simpleReply(out, request.cookie(), NbdErrno.NONE);
    return out;
  }

  private ByteBuf failure(
      NbdRequest request, NbdErrno errno, String why, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer();
    if (structured) {
      NbdWriter.errorChunk(out, request.cookie(), errno, why);
    } else {
      NbdWriter.simpleReply(out, request.cookie(), errno);
    }
    return out;
  }

  /// A request that is answered with an error and harms nobody.
  private static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;
    private final NbdErrno errno;

    Refusal(NbdErrno errno, String message) {
      super(message);
      this.errno = errno;
    }
  }
}
