package io.landfall.store.chunking;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/// Names the content of devices.
public final class Chunking {
  private Chunking() {}

  /// Reads and hashes every chunk of a complete device that holds data, on as many threads as there
  /// are processors; holes are not read.
  ///
  /// @param bytesDone told, from several threads, how many more bytes are done: those of holes
  ///   first and at once, then chunk by chunk, `sizeBytes()` in all
  public static Manifest manifestOf(BlockDevice device, int chunkSizeBytes, LongConsumer bytesDone)
      throws IOException {
    return manifestOf(device, chunkSizeBytes, bytesDone, (index, plain) -> {});
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
    ChunkWalk.run(
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
