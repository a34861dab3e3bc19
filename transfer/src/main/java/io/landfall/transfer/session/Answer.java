package io.landfall.transfer.session;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Data;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.protocol.message.TransferMessage.Zero;
import io.landfall.snapshot.device.RawFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The answer to one WANT, made frame by frame so that nothing is read before there is room for it
/// on the way. One thread at a time.
public final class Answer implements AutoCloseable {
  /// Bytes read at once. 256 KiB stay in the second-level cache from the read over zero test and
  /// checksum to the socket; the authors of nbdcopy swept 32 KiB to 32 MiB and found the same.
  public static final int FRAME_BYTES = 256 << 10;

  private final Want want;
  private final OpenExport export; // acquired; null if only `refusal` is to be said
  private final ByteBufAllocator allocator;
  private final Failure refusal;
  private long position;
  private boolean ended;

  private Answer(Want want, OpenExport export, ByteBufAllocator allocator, Failure refusal) {
    this.want = want;
    this.export = export;
    this.allocator = allocator;
    this.refusal = refusal;
    this.position = want.offset();
  }

  static Answer of(Want want, OpenExport export, ByteBufAllocator allocator) {
    return new Answer(want, export, allocator, null);
  }

  static Answer refusing(Want want, ErrorCode code, String sentence) {
    return new Answer(want, null, null, new Failure(want.request(), code, sentence));
  }

  /// What goes before it, and what after it.
  public Priority priority() {
    return want.priority();
  }

  /// Whose bytes it sends; empty for nobody's.
  public String owner() {
    return export == null ? "" : export.export().owner();
  }

  /// The next frame, if the kernel can send it from the file: a whole chunk of a raw file whose
  /// checksum is known and that has no zero page. Then this answer has moved on behind it.
  public Optional<FileBody> nextInFile() {
    if (ended
        || refusal != null
        || position % FRAME_BYTES != 0
        || want.offset() + want.length() - position < FRAME_BYTES
        || !(export.export().device() instanceof RawFile file)) {
      return Optional.empty();
    }
    OptionalInt crc = export.export().checksums().dense(position / FRAME_BYTES);
    if (crc.isEmpty()) {
      return Optional.empty();
    }
    export.acquireAgain();
    FileBody body =
        new FileBody(
            want.request(),
            want.handle(),
            file,
            position,
            FRAME_BYTES,
            crc.getAsInt(),
            export::release);
    advance(FRAME_BYTES);
    return Optional.of(body);
  }

  /// Reads the next [#FRAME_BYTES] and returns what stands for them, in order; a [Data] is the
  /// caller's to close. Blocks while the device does. Empty when the answer is complete, of which a
  /// [Failure] is an end too.
  ///
  /// @param compression of the connection, used if the want allows it
  public List<TransferMessage> next(AdaptiveCompression compression) {
    if (ended) {
      return List.of();
    }
    if (refusal != null) {
      close();
      return List.of(refusal);
    }
    int length = (int) Math.min(FRAME_BYTES, want.offset() + want.length() - position);
    ByteBuf bytes = allocator.directBuffer(length, length);
    try {
      export.export().device().read(position, bytes.nioBuffer(0, length));
      bytes.writerIndex(length);
      return frames(bytes, compression);
    } catch (IOException | RuntimeException e) {
      close();
      return List.of(
          new Failure(
              want.request(),
              ErrorCode.SOURCE_READ_FAILED,
              "reading " + length + " bytes at " + position + ": " + e.getMessage()));
    } finally {
      bytes.release();
    }
  }

  /// Cuts zero runs out of what was read.
  private List<TransferMessage> frames(ByteBuf bytes, AdaptiveCompression compression) {
    List<TransferMessage> frames = new ArrayList<>();
    ZeroRuns.split(
        position,
        bytes.nioBuffer(),
        (zero, from, to) -> frames.add(zero ? zero(from, to) : data(bytes, from, to, compression)));
    advance(bytes.readableBytes());
    return frames;
  }

  private void advance(int length) {
    position += length;
    if (position == want.offset() + want.length()) {
      close();
    }
  }

  private Zero zero(int from, int to) {
    return new Zero(want.request(), want.handle(), position + from, to - from);
  }

  private Data data(ByteBuf bytes, int from, int to, AdaptiveCompression compression) {
    Data plain =
        new Data(
            want.request(),
            want.handle(),
            position + from,
            to - from,
            Codec.PLAIN,
            bytes.retainedSlice(from, to - from));
    return compression.apply(plain, want.codec(), allocator);
  }

  /// Lets go of the export; may come before the answer is complete.
  @Override
  public void close() {
    if (!ended) {
      ended = true;
      if (export != null) {
        export.release();
      }
    }
  }
}
