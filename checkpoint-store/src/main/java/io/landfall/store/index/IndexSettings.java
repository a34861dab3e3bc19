package io.landfall.store.index;

/// How much memory the index may take.
///
/// @param memoryBytes block cache, filters and write buffers together, at least 8 MiB
public record IndexSettings(long memoryBytes) {
  /// 128 MiB: the filters of 60 million chunks, or 15 TiB of unique data.
  public static final IndexSettings DEFAULT = new IndexSettings(128L << 20);

  /// Checks the bound.
  public IndexSettings {
    if (memoryBytes < 8L << 20) {
      throw new IllegalArgumentException(
          "index memory: " + memoryBytes + " bytes, expected at least 8388608");
    }
  }
}
