package io.landfall.store.chunk;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A set of places in packs, and how many bytes lie there: some eight bytes a chunk, whatever its
/// name.
///
/// One thread.
public final class LocationSet {
  private final Map<Long, Offsets> packs = new HashMap<>();
  private long bytes;

  /// Creates an empty set.
  public LocationSet() {}

  /// Adds a place.
  ///
  /// @return whether it was not in the set
  public boolean add(ChunkLocation at) {
    boolean added = packs.computeIfAbsent(at.pack(), _ -> new Offsets()).add(at.offset());
    if (added) {
      bytes += at.length();
    }
    return added;
  }

  /// Whether the record at `offset` of `pack` is in the set.
  public boolean contains(long pack, long offset) {
    Offsets offsets = packs.get(pack);
    return offsets != null && offsets.contains(offset);
  }

  /// The bytes of all records in the set, headers included.
  public long bytes() {
    return bytes;
  }

  /// Offsets of one pack: a table with linear probing; 0 is free, since no record lies at 0.
  private static final class Offsets {
    private int[] table = new int[16];
    private int size;

    boolean add(long offset) {
      if (size * 4 >= table.length * 3) {
        grow();
      }
      int slot = slot(table, Math.toIntExact(offset));
      if (table[slot] != 0) {
        return false;
      }
      table[slot] = (int) offset;
      size++;
      return true;
    }

    boolean contains(long offset) {
      return table[slot(table, Math.toIntExact(offset))] != 0;
    }

    private void grow() {
      int[] larger = new int[table.length * 2];
      Arrays.stream(table)
          .filter(offset -> offset != 0)
          .forEach(offset -> larger[slot(larger, offset)] = offset);
      table = larger;
    }

    /// Where `offset` is, or is to be put.
    private static int slot(int[] table, int offset) {
      int slot = (offset * 0x9E3779B9) >>> (Integer.numberOfLeadingZeros(table.length) + 1);
      while (table[slot] != 0 && table[slot] != offset) {
        slot = slot + 1 & table.length - 1;
      }
      return slot;
    }
  }
}
