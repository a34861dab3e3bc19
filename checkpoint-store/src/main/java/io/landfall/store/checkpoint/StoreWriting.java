package io.landfall.store.checkpoint;

import io.landfall.store.chunk.ChunkIndex;
import io.landfall.store.chunk.ChunkStore;
import io.landfall.store.index.RocksIndex;
import io.landfall.store.io.FileLayer;
import io.landfall.store.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// What only the writer of a store has: the lock, the index, packs to add to, the ledger.
///
/// @param lock held until closed
/// @param format what kind of store this is
/// @param seal how chunks and records lie in it
/// @param catalog the checkpoints
/// @param index where chunks lie
/// @param chunks the packs
/// @param ledger adds and removes checkpoints
/// @param unfinished ingests that broke off and may be tried again
record StoreWriting(
    StoreLock lock,
    StoreFormat format,
    Seal seal,
    Catalog catalog,
    ChunkIndex index,
    ChunkStore chunks,
    Ledger ledger,
    UnfinishedIngests unfinished) {

  /// Makes or opens an index.
  @FunctionalInterface
  interface IndexOpener {
    ChunkIndex open() throws IOException;
  }

  /// Takes the lock, makes the store if there is none, and puts right what a crash left.
  static StoreWriting open(StoreLayout layout, StoreSettings settings, IndexOpener opener)
      throws IOException {
    FileLayer files = settings.files();
    files.createDirectory(layout.root());
    StoreLock lock = StoreLock.take(layout.lock());
    ChunkIndex index = null;
    try {
      files.createDirectory(layout.temporary());
      files.createDirectory(layout.records());
      files.createDirectory(layout.packs().root());
      emptyTemporary(layout, files);
      StoreFormat format = readOrCreate(layout, settings);
      Seal seal = format.sealToWrite(layout, settings.key());
      Catalog catalog = Catalog.load(layout, seal);
      index = opener.open();
      ChunkStore chunks =
          ChunkStore.open(
              files,
              layout.packs(),
              format.uuid(),
              index,
              seal,
              CheckpointRecord.neededPacks(catalog.list()));
      Ledger ledger = new Ledger(layout, files, catalog, seal);
      UnfinishedIngests unfinished =
          UnfinishedIngests.open(layout, files, seal, layout.packs().list().keySet());
      return new StoreWriting(lock, format, seal, catalog, index, chunks, ledger, unfinished);
    } catch (IOException | RuntimeException e) {
      if (index != null) {
        index.close();
      }
      lock.close();
      throw e;
    }
  }

  private static void emptyTemporary(StoreLayout layout, FileLayer files) throws IOException {
    try (var left = Files.list(layout.temporary())) {
      for (Path file : left.toList()) {
        files.delete(file);
      }
    }
  }

  private static StoreFormat readOrCreate(StoreLayout layout, StoreSettings settings)
      throws IOException {
    try {
      return StoreFormat.read(layout);
    } catch (NoSuchFileException e) {
      if (!layout.packs().list().isEmpty()) {
        throw new DamagedStoreException(
            layout.format(), "missing, although there are packs; restore it from a backup");
      }
      return StoreFormat.create(
          settings.files(), layout, settings.chunkSizeBytes(), settings.key());
    }
  }

  /// Removes the index, so that the next opening makes it again.
  static void forgetIndex(StoreLayout layout) throws IOException {
    StoreFormat.read(layout);
    try (StoreLock _ = StoreLock.take(layout.lock())) {
      RocksIndex.delete(layout.index());
    }
  }

  void close() throws IOException {
    try {
      chunks.close();
    } finally {
      index.close();
      lock.close();
    }
  }
}
