package io.landfall.perf.micro;

import io.landfall.perf.image.DiskImage;
import io.landfall.protocol.content.ChunkDecoder;
import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// One chunk of 256 KiB, through what happens to each: zero test, hash, encode, decode.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(java.util.concurrent.TimeUnit.SECONDS)
public class ChunkBench {
  private static final int SIZE = Chunks.DEFAULT_SIZE_BYTES;
  private static final int PAGE = Chunks.PAGE_SIZE_BYTES;

  /// Where the chunk lies: reads end in direct buffers, codecs work on heap arrays.
  @Param({"direct", "heap"})
  public String memory;

  private final ChunkEncoder encoder = new ChunkEncoder();
  private final ChunkDecoder decoder = new ChunkDecoder();
  private ByteBuffer zeros;
  private ByteBuffer plain;
  private ByteBuffer changed;
  private ByteBuffer target;
  private ChunkId id;
  private ChunkId changedId;
  private EncodedChunk encoded;

  /// Makes a chunk of a system disk, and one with two pages of 64 changed.
  @Setup
  public void makeChunks() throws IOException {
    zeros = buffer();
    plain = buffer();
    changed = buffer();
    target = buffer();
    MemoryDevice disk = new MemoryDevice(SIZE);
    DiskImage.apply(disk, List.of(new Range(0, SIZE / 2), new Range(SIZE / 2, SIZE / 2)), 3);
    disk.read(0, plain);
    DiskImage.apply(disk, List.of(new Range(9 * PAGE, 2 * PAGE)), 4);
    disk.read(0, changed);
    id = ChunkId.of(plain.flip());
    changedId = ChunkId.of(changed.flip());
    encoded = copy(encoder.encode(id, plain));
  }

  private ByteBuffer buffer() {
    return memory.equals("direct") ? ByteBuffer.allocateDirect(SIZE) : ByteBuffer.allocate(SIZE);
  }

  /// What an encoder returns lives until its next call.
  private static EncodedChunk copy(EncodedChunk chunk) {
    ByteBuffer payload = ByteBuffer.allocate(chunk.header().payloadLength());
    return new EncodedChunk(chunk.header(), payload.put(chunk.payload()).flip());
  }

  /// Asks whether zeros are zeros: the slow answer.
  @Benchmark
  public boolean zeroTest() {
    return Chunks.isZero(zeros);
  }

  /// Names a chunk.
  @Benchmark
  public ChunkId hash() {
    return ChunkId.of(plain);
  }

  /// Encodes in full, checked by decoding.
  @Benchmark
  public EncodedChunk encode() throws IOException {
    return encoder.encode(id, plain);
  }

  /// Encodes as a delta of two pages.
  @Benchmark
  public EncodedChunk encodeDelta() throws IOException {
    return encoder.encode(changedId, changed, id, plain);
  }

  /// Decodes, with the checksum but without the hash.
  @Benchmark
  public ByteBuffer decode() throws IOException {
    decoder.decode(encoded, target.clear(), ChunkBench::noBase);
    return target;
  }

  private static void noBase(ChunkId base, ByteBuffer into) {
    throw new AssertionError("a full encoding has no base: " + base);
  }
}
