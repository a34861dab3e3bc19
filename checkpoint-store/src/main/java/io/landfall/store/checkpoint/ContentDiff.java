package io.landfall.store.checkpoint;

import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import java.util.ArrayList;
import java.util.List;

/// Where two contents differ, chunk by chunk.
///
/// @param name of the disk or memory
/// @param changed in order, apart from each other; beyond the end of the shorter one everything is
/// @param map one character for each of so many equal parts of the larger one: `#` for a change
///   within, `.` for zeros in both, `=` for equal data
public record ContentDiff(String name, List<Range> changed, String map) {
  /// Characters of a map unless it is asked for another width.
  public static final int MAP_WIDTH = 64;

  /// Copies the list.
  public ContentDiff {
    changed = List.copyOf(changed);
  }

  /// Compares two manifests of one chunk size.
  public static ContentDiff of(String name, Manifest a, Manifest b) {
    return of(name, a, b, MAP_WIDTH);
  }

  /// Compares two manifests of one chunk size, with a map of `mapWidth` characters.
  public static ContentDiff of(String name, Manifest a, Manifest b, int mapWidth) {
    if (a.chunkSizeBytes() != b.chunkSizeBytes()) {
      throw new IllegalArgumentException(
          "chunks of " + a.chunkSizeBytes() + " and " + b.chunkSizeBytes() + " bytes");
    }
    long size = Math.max(a.sizeBytes(), b.sizeBytes());
    long chunks = Math.max(a.chunkCount(), b.chunkCount());
    char[] map = ".".repeat(mapWidth).toCharArray();
    List<Range> changed = new ArrayList<>();
    for (long i = 0; i < chunks; i++) {
      boolean both = i < a.chunkCount() && i < b.chunkCount();
      char kind = '.';
      if (!both || !a.chunk(i).equals(b.chunk(i))) {
        changed.add(new Range(i * a.chunkSizeBytes(), Chunks.length(i, size, a.chunkSizeBytes())));
        kind = '#';
      } else if (!a.chunk(i).isZero()) {
        kind = '=';
      }
      draw(map, i, chunks, kind);
    }
    return new ContentDiff(name, Range.merged(changed), new String(map));
  }

  /// Draws chunk `index` of `chunks` over what is drawn already: a change hides data, data zeros.
  private static void draw(char[] map, long index, long chunks, char kind) {
    int first = (int) (index * map.length / chunks);
    int last = (int) Math.max(first, (index + 1) * map.length / chunks - 1);
    for (int cell = first; cell <= last; cell++) {
      if (kind == '#' || map[cell] == '.') {
        map[cell] = kind;
      }
    }
  }

  /// Bytes of all changed ranges.
  public long changedBytes() {
    return changed.stream().mapToLong(Range::length).sum();
  }
}
