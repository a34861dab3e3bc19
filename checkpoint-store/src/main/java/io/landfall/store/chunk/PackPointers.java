package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which of many tables may have a chunk: a hash table with four bytes for each chunk, eight bits
/// of its name and the number of its table; some five bytes a chunk in all. The table has the last
/// word, and is asked in vain one time in a hundred.
///
/// Look-ups from any thread; adding by one thread at a time. A look-up that runs beside an addition
/// may miss what is being added.
final class PackPointers {
  private static final int NAME_BITS_SHIFT = 24;
  private static final int NUMBER_MASK = (1 << NAME_BITS_SHIFT) - 1;
  private static final long MIN_ROOM = 1 << 10;

  private final int[] slots;
  private final List<PackTables.Table> tables = new ArrayList<>(); // guarded by itself
  private long used;

  /// Room for the chunks of so many rows, and an eighth more.
  private PackPointers(long rows) {
    long room = (rows + Math.max(MIN_ROOM, rows / 8)) * 4 / 3;
    if (room > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(rows + " chunks are more than can be looked for by tables");
    }
    this.slots = new int[(int) room];
  }

  static PackPointers of(List<PackTables.Table> tables) {
    PackPointers pointers =
        new PackPointers(tables.stream().mapToLong(PackTables.Table::rowCount).sum());
    tables.forEach(pointers::add);
    return pointers;
  }

  /// Adds a table; whether there was room for it.
  boolean add(PackTables.Table table) {
    int number;
    synchronized (tables) {
      if ((used + table.rowCount()) * 4 / 3 > slots.length || tables.size() == NUMBER_MASK) {
        return false;
      }
      tables.add(table);
      number = tables.size(); // from 1, since 0 is a free slot
    }
    used += table.rowCount();
    table.forEachId(id -> slots[freeSlot(id)] = nameBits(id) | number);
    return true;
  }

  private static int nameBits(ChunkId id) {
    return (int) id.w1() << NAME_BITS_SHIFT;
  }

  /// Where the look for `id` begins; names are scattered evenly.
  private int firstSlot(ChunkId id) {
    return (int) Math.unsignedMultiplyHigh(id.w0(), slots.length);
  }

  private int next(int slot) {
    return slot + 1 == slots.length ? 0 : slot + 1;
  }

  private int freeSlot(ChunkId id) {
    int slot = firstSlot(id);
    while (slots[slot] != 0) {
      slot = next(slot);
    }
    return slot;
  }

  Optional<ChunkLocation> find(ChunkId id) throws IOException {
    int bits = nameBits(id);
    for (int slot = firstSlot(id); slots[slot] != 0; slot = next(slot)) {
      if ((slots[slot] & ~NUMBER_MASK) == bits) {
        Optional<ChunkLocation> found = table(slots[slot] & NUMBER_MASK).find(id);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private PackTables.Table table(int number) {
    synchronized (tables) {
      return tables.get(number - 1);
    }
  }
}
