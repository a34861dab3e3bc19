package io.landfall.store.chunking;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongConsumer;

/// Names the content of devices.
public final class Chunking {
  private Chunking() {}

  /// Reads and hashes every chunk of a complete device that holds data, on as many threads as there
  /// are processors, each of which gives way to other work; holes are not read.
  ///
  /// @param bytesDone told, from several threads, how many more bytes are done: those of holes
  ///   first and at once, then chunk by chunk, `sizeBytes()` in all
  public static Manifest manifestOf(BlockDevice device, int chunkSizeBytes, LongConsumer bytesDone)
      throws IOException {
    return manifestOf(device, chunkSizeBytes, bytesDone, (index, plain) -> {});
  }

  /// The manifest of a device that differs from a known image at most in `changed`: only the chunks
  /// that these ranges touch are read.
  ///
  /// @param base of the known image; same size
  public static Manifest update(Manifest base, BlockDevice device, List<Range> changed)
      throws IOException {
    ChunkPlan plan = ChunkPlan.ofChanges(device, base.chunkSizeBytes(), changed);
    Manifest.Builder manifest = base.toBuilder();
    for (Range range : Range.merged(changed)) {
      // What of them the plan leaves out, the device says is zero.
      long last = (range.end() - 1) / base.chunkSizeBytes();
      for (long index = range.offset() / base.chunkSizeBytes(); index <= last; index++) {
        manifest.put(index, ChunkId.ZERO);
      }
    }
    ChunkWalk.run(
        device,
        plan,
        Runtime.getRuntime().availableProcessors(),
        () ->
            (index, plain) ->
                manifest.put(index, Chunks.isZero(plain) ? ChunkId.ZERO : ChunkId.of(plain)));
    return manifest.build();
  }

  /// Sees each chunk that is not zero while it is in the processor's cache.
  @FunctionalInterface
  interface ChunkObserver {
    void chunk(int index, ByteBuffer plain);
  }

  static Manifest manifestOf(
      BlockDevice device, int chunkSizeBytes, LongConsumer bytesDone, ChunkObserver observer)
      throws IOException {
    ChunkPlan plan = ChunkPlan.ofData(device, chunkSizeBytes);
    Manifest.Builder manifest = Manifest.builder(device.sizeBytes(), chunkSizeBytes);
    bytesDone.accept(device.sizeBytes() - plan.bytesToRead());
    ChunkWalk.runBehind(
        device,
        plan,
        Runtime.getRuntime().availableProcessors(),
        () ->
            (index, plain) -> {
              int length = plain.remaining();
              if (!Chunks.isZero(plain)) {
                manifest.put(index, ChunkId.of(plain));
                observer.chunk((int) index, plain);
              }
              bytesDone.accept(length);
            });
    return manifest.build();
  }
}
