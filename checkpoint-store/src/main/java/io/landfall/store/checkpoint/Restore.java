package io.landfall.store.checkpoint;

import io.landfall.snapshot.device.RawFile;
import io.landfall.store.chunking.ChunkPlan;
import io.landfall.store.chunking.ChunkWalk;
import io.landfall.store.io.FileLayer;
import io.landfall.store.io.StoreFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.LongConsumer;

/// Writes a stored device to a file: every byte verified on the way, zeros kept as holes, there
/// whole or not at all.
public final class Restore {
  private Restore() {}

  /// Restores to a raw sparse image.
  ///
  /// @param target must not exist; a file beside it with the suffix `.part` is used meanwhile
  /// @param progress told, from several threads, how many more bytes are done
  /// @throws java.nio.file.FileAlreadyExistsException if there is something at `target`
  public static void toRaw(CheckpointDevice source, Path target, LongConsumer progress)
      throws IOException {
    Path part = prepare(target);
    boolean complete = false;
    try {
      try (RawFile file = RawFile.create(part, source.sizeBytes())) {
        ChunkPlan plan = ChunkPlan.ofData(source, source.manifest().chunkSizeBytes());
        progress.accept(source.sizeBytes() - plan.bytesToRead());
        ChunkWalk.run(
            source,
            plan,
            Runtime.getRuntime().availableProcessors(),
            () -> (index, plain) -> write(file, index * plan.chunkSizeBytes(), plain, progress));
        file.flush();
      } catch (IOException e) {
        throw StoreFullException.orSame(part, e);
      }
      finish(part, target);
      complete = true;
    } finally {
      if (!complete) {
        Files.deleteIfExists(part);
      }
    }
  }

  /// The name to write under until all is there.
  private static Path prepare(Path target) throws IOException {
    if (Files.exists(target)) {
      throw new java.nio.file.FileAlreadyExistsException(target.toString());
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Files.deleteIfExists(part);
    return part;
  }

  private static void write(RawFile file, long offset, ByteBuffer plain, LongConsumer progress)
      throws IOException {
    int length = plain.remaining();
    file.write(offset, plain);
    progress.accept(length);
  }

  private static void finish(Path part, Path target) throws IOException {
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    FileLayer.disk().syncDirectory(target.toAbsolutePath().getParent());
  }
}
