package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkDecoder;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.chunk.ChunkReader;
import io.landfall.store.chunk.MissingChunkException;
import io.landfall.store.export.ExportStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// A file that is an export; read from its start at each pass.
///
/// @param file the export
record ExportSource(Path file) implements RepairSource {
  @Override
  public int fetch(Map<ChunkId, Repair.Wanted> missing, ChunkReader here, Sink sink)
      throws IOException {
    Pass pass = new Pass(new HashMap<>(missing), here, sink);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      ExportStream.read(in, pass);
    }
    if (pass.basesWanted > 0) {
      // A delta came whose base is missing too; bases come before deltas, so once more from the
      // start.
      return pass.fetched + fetch(pass.missing, here, sink);
    }
    return pass.fetched;
  }

  private static final class Pass implements ExportStream.Receiver {
    private final Map<ChunkId, Repair.Wanted> missing;
    private final ChunkReader here;
    private final Sink sink;
    private final ChunkDecoder decoder = new ChunkDecoder();
    private final ByteBuffer plain = ByteBuffer.allocate(Chunks.MAX_SIZE_BYTES);
    private int fetched;
    private int basesWanted;

    Pass(Map<ChunkId, Repair.Wanted> missing, ChunkReader here, Sink sink) {
      this.missing = missing;
      this.here = here;
      this.sink = sink;
    }

    @Override
    public void begin(int chunkSizeBytes) {
      // Each chunk's length is compared with what is missing.
    }

    @Override
    public void chunk(EncodedChunk chunk) throws IOException {
      ChunkHeader header = chunk.header();
      Repair.Wanted wanted = missing.get(header.id());
      if (wanted == null || !wanted.equals(new Repair.Wanted(header.level(), header.rawLength()))) {
        return;
      }
      plain.clear().limit(header.rawLength());
      try {
        decoder.decodeVerified(chunk, plain, (id, base) -> here.read(id, 0, base));
      } catch (MissingChunkException e) {
        if (missing.putIfAbsent(header.base(), new Repair.Wanted(0, header.rawLength())) == null) {
          basesWanted++;
        }
        return;
      }
      sink.put(header.id(), header.level(), plain.flip());
      missing.remove(header.id());
      fetched++;
    }
  }

  @Override
  public void close() {
    // Nothing is open between passes.
  }
}
