package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.store.chunk.ChunkReader;
import io.landfall.store.chunk.ChunkSession;
import io.landfall.store.chunk.PackKind;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Blobs as chunks: a small device that is written and read whole.
final class BlobIngest {
  private BlobIngest() {}

  static Manifest store(
      ChunkSession session, byte[] bytes, int chunkSizeBytes, ChunkEncoder encoder)
      throws IOException {
    Manifest.Builder manifest = Manifest.builder(bytes.length, chunkSizeBytes);
    for (int index = 0; (long) index * chunkSizeBytes < bytes.length; index++) {
      int length = Chunks.length(index, bytes.length, chunkSizeBytes);
      ByteBuffer plain = ByteBuffer.wrap(bytes, index * chunkSizeBytes, length);
      if (!Chunks.isZero(plain)) {
        ChunkId id = ChunkId.of(plain);
        manifest.put(index, id);
        if (!session.touch(id)) {
          session.store(PackKind.META, encoder.encode(id, plain));
        }
      }
    }
    return manifest.build();
  }

  static byte[] read(ChunkReader chunks, Manifest manifest) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(manifest.sizeBytes())];
    for (int index = 0; index < manifest.chunkCount(); index++) {
      int length = Chunks.length(index, bytes.length, manifest.chunkSizeBytes());
      ByteBuffer target = ByteBuffer.wrap(bytes, index * manifest.chunkSizeBytes(), length);
      chunks.read(manifest.chunk(index), 0, target);
    }
    return bytes;
  }
}
