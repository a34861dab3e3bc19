package io.landfall.store.index;

import java.util.Map;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.HyperClockCache;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteBufferManager;

/// RocksDB's options for point look-ups of ids in bounded memory, and the native objects behind
/// them, which no collector frees.
///
/// @param database of the whole database
/// @param chunks of the family with a row a chunk: no compression (ids do not compress), filters
///   that are asked first, since most look-ups of an ingest miss
/// @param small of the other families
/// @param owned everything to close, after the database
record RocksOptions(
    DBOptions database,
    ColumnFamilyOptions chunks,
    ColumnFamilyOptions small,
    java.util.List<RocksObject> owned) {

  static RocksOptions of(IndexSettings settings) {
    Cache cache = new HyperClockCache(settings.memoryBytes(), 0, -1, false);
    long writeBuffers = settings.memoryBytes() / 4;
    WriteBufferManager buffers = new WriteBufferManager(writeBuffers, cache);
    BloomFilter filter = new BloomFilter(10, false);
    DBOptions database = database(buffers);
    ColumnFamilyOptions chunks = family(table(cache, filter), writeBuffers);
    ColumnFamilyOptions small = family(table(cache, filter), writeBuffers);
    return new RocksOptions(
        database,
        chunks,
        small,
        java.util.List.of(chunks, small, database, buffers, filter, cache));
  }

  private static DBOptions database(WriteBufferManager buffers) {
    // Names unknown to this RocksDB give null, not an exception.
    DBOptions options =
        DBOptions.getDBOptionsFromProps(
            properties(
                Map.of(
                    "track_and_verify_wals_in_manifest", "true",
                    "verify_manifest_content_on_close", "true")));
    if (options == null) {
      throw new AssertionError("RocksDB does not know an option that the index needs");
    }
    return options
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setParanoidChecks(true)
        .setWriteBufferManager(buffers)
        .setMaxOpenFiles(-1)
        .setMaxBackgroundJobs(2)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(2)
        .setMaxLogFileSize(1L << 20)
        .setMaxTotalWalSize(64L << 20)
        .setMaxManifestFileSize(4L << 20);
  }

  private static ColumnFamilyOptions family(BlockBasedTableConfig table, long writeBuffers) {
    ColumnFamilyOptions options =
        ColumnFamilyOptions.getColumnFamilyOptionsFromProps(
            properties(
                Map.of(
                    "memtable_protection_bytes_per_key", "8",
                    "block_protection_bytes_per_key", "8")));
    if (options == null) {
      throw new AssertionError("RocksDB does not know an option that the index needs");
    }
    return options
        .setTableFormatConfig(table)
        .setWriteBufferSize(Math.clamp(writeBuffers / 2, 1L << 20, 64L << 20))
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setLevelCompactionDynamicLevelBytes(true)
        .setMemtableWholeKeyFiltering(true)
        .setMemtablePrefixBloomSizeRatio(0.02);
  }

  private static BlockBasedTableConfig table(Cache cache, BloomFilter filter) {
    return new BlockBasedTableConfig()
        .setBlockCache(cache)
        .setFilterPolicy(filter)
        .setIndexType(IndexType.kTwoLevelIndexSearch)
        .setPartitionFilters(true)
        .setCacheIndexAndFilterBlocks(true)
        .setPinTopLevelIndexAndFilter(true)
        .setOptimizeFiltersForMemory(true)
        .setWholeKeyFiltering(true);
  }

  private static Properties properties(Map<String, String> values) {
    Properties properties = new Properties();
    properties.putAll(values);
    return properties;
  }

  void close() {
    owned.forEach(RocksObject::close);
  }
}
