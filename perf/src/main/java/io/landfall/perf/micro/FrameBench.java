package io.landfall.perf.micro;

import io.landfall.protocol.codec.FrameDecoder;
import io.landfall.protocol.codec.FrameEncoder;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Data;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// A DATA frame of 256 KiB, written and read, checksums included.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(java.util.concurrent.TimeUnit.SECONDS)
public class FrameBench {
  private static final int SIZE = 256 << 10;

  private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
  private final FrameDecoder decoder = new FrameDecoder(allocator);
  private ByteBuf bytes;
  private ByteBuf frame;

  /// Makes the bytes, and a whole frame of them.
  @Setup
  public void makeFrame() {
    bytes = allocator.directBuffer(SIZE);
    for (int i = 0; i < SIZE; i++) {
      bytes.writeByte((i * 31) >> 3);
    }
    frame = allocator.directBuffer(SIZE + 1024);
    for (ByteBuf part : encoded()) {
      frame.writeBytes(part);
      part.release();
    }
  }

  private List<ByteBuf> encoded() {
    List<ByteBuf> parts = new ArrayList<>(2);
    Data data = new Data(1, 1, 0, SIZE, Codec.PLAIN, bytes.retainedDuplicate());
    FrameEncoder.encode(data, allocator, parts::add);
    return parts;
  }

  /// Header and checksum; the body is not copied.
  @Benchmark
  public int encode() {
    int length = 0;
    for (ByteBuf part : encoded()) {
      length += part.readableBytes();
      part.release();
    }
    return length;
  }

  /// One copy into a buffer of the body's size, and its checksum.
  @Benchmark
  public List<TransferMessage> decode() throws ProtocolException {
    List<TransferMessage> messages = new ArrayList<>(1);
    decoder.feed(frame.duplicate(), messages::add);
    for (TransferMessage message : messages) {
      ((Data) message).close();
    }
    return messages;
  }

  /// Gives the buffers back.
  @TearDown
  public void release() {
    decoder.close();
    frame.release();
    bytes.release();
  }
}
