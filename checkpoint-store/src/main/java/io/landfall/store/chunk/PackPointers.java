package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkId;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  private final MemorySegment slots;
  private final long slotCount;
  private final List<PackTables.Table> tables = new ArrayList<>(); // guarded by itself
  private long used;

  /// Room for the chunks of so many rows, and an eighth more.
  private PackPointers(long rows) {
    this.slotCount = (rows + Math.max(MIN_ROOM, rows / 8)) * 4 / 3;
    this.slots = Arena.ofAuto().allocate(slotCount * Integer.BYTES, Integer.BYTES);
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
      if ((used + table.rowCount()) * 4 / 3 > slotCount || tables.size() == NUMBER_MASK) {
        return false;
      }
      tables.add(table);
      number = tables.size(); // from 1, since 0 is a free slot
    }
    used += table.rowCount();
    table.forEachId(
        id -> slots.setAtIndex(ValueLayout.JAVA_INT, freeSlot(id), nameBits(id) | number));
    return true;
  }

  private static int nameBits(ChunkId id) {
    return (int) id.w1() << NAME_BITS_SHIFT;
  }

  /// Where the look for `id` begins; names are scattered evenly.
  private long firstSlot(ChunkId id) {
    return Math.unsignedMultiplyHigh(id.w0(), slotCount);
  }

  private long next(long slot) {
    return slot + 1 == slotCount ? 0 : slot + 1;
  }

  private int at(long slot) {
    return slots.getAtIndex(ValueLayout.JAVA_INT, slot);
  }

  private long freeSlot(ChunkId id) {
    long slot = firstSlot(id);
    while (at(slot) != 0) {
      slot = next(slot);
    }
    return slot;
  }

  Optional<ChunkLocation> find(ChunkId id) throws IOException {
    int bits = nameBits(id);
    for (long slot = firstSlot(id); at(slot) != 0; slot = next(slot)) {
      if ((at(slot) & ~NUMBER_MASK) == bits) {
        Optional<ChunkLocation> found = table(at(slot) & NUMBER_MASK).find(id);
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
