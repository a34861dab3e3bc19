package io.landfall.store.checkpoint;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Compression;
import io.landfall.store.index.IndexSettings;
import io.landfall.store.io.FileLayer;
import io.landfall.store.seal.StoreKey;
import java.util.Optional;

/// How a store is opened by its writer.
///
/// @param chunkSizeBytes of a store that is made by this; one that exists keeps its own
/// @param compression of what is stored from now on; what is there stays as it is
/// @param index memory of the index
/// @param parallelReads chunks of one device that are read at once
/// @param reservedDiskBytes of the store's disk that ingests leave free
/// @param quotas what the checkpoints of an owner may need
/// @param key of an encrypted store; a store that is made with one is encrypted
/// @param files the file operations; tests inject faults here
public record StoreSettings(
    int chunkSizeBytes,
    Compression compression,
    IndexSettings index,
    int parallelReads,
    long reservedDiskBytes,
    Quotas quotas,
    Optional<StoreKey> key,
    FileLayer files) {
  private static final int MAX_READS = 64;

  /// Checks the bounds.
  public StoreSettings {
    Chunks.requireChunkSize(chunkSizeBytes);
    if (parallelReads < 1 || parallelReads > MAX_READS) {
      throw new IllegalArgumentException(
          "parallel reads: " + parallelReads + ", expected 1 to " + MAX_READS);
    }
    if (reservedDiskBytes < 0) {
      throw new IllegalArgumentException(
          "reserved disk space: " + reservedDiskBytes + " bytes, expected 0 or more");
    }
  }

  /// 256 KiB chunks, LZ4, 128 MiB of index memory, 12 reads at once, no reserve and no quota.
  public static StoreSettings defaults() {
    return new StoreSettings(
        Chunks.DEFAULT_SIZE_BYTES,
        Compression.LZ4,
        IndexSettings.DEFAULT,
        12,
        0,
        Quotas.NONE,
        Optional.empty(),
        FileLayer.disk());
  }

  /// The same with chunks of another size.
  public StoreSettings withChunkSize(int bytes) {
    return new StoreSettings(
        bytes, compression, index, parallelReads, reservedDiskBytes, quotas, key, files);
  }

  /// The same with another compression.
  public StoreSettings withCompression(Compression other) {
    return new StoreSettings(
        chunkSizeBytes, other, index, parallelReads, reservedDiskBytes, quotas, key, files);
  }

  /// The same with another memory of the index.
  public StoreSettings withIndex(IndexSettings other) {
    return new StoreSettings(
        chunkSizeBytes, compression, other, parallelReads, reservedDiskBytes, quotas, key, files);
  }

  /// The same with another reserve.
  public StoreSettings withReservedDisk(long bytes) {
    return new StoreSettings(
        chunkSizeBytes, compression, index, parallelReads, bytes, quotas, key, files);
  }

  /// The same with other quotas.
  public StoreSettings withQuotas(Quotas other) {
    return new StoreSettings(
        chunkSizeBytes, compression, index, parallelReads, reservedDiskBytes, other, key, files);
  }

  /// The same for an encrypted store.
  public StoreSettings withKey(Optional<StoreKey> other) {
    return new StoreSettings(
        chunkSizeBytes, compression, index, parallelReads, reservedDiskBytes, quotas, other, files);
  }

  /// The same with another file layer.
  public StoreSettings withFiles(FileLayer other) {
    return new StoreSettings(
        chunkSizeBytes, compression, index, parallelReads, reservedDiskBytes, quotas, key, other);
  }
}
