package io.landfall.snapshot.overlay;

import io.landfall.snapshot.device.Extent.Kind;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// What an overlay holds of each block: two bits per block, and which pages of them are newer than
/// the file.
///
/// On disk a byte has four blocks, the first in its low bits: 0 hole, 1 data, 2 zero. Any thread.
final class BlockStates {
  static final int PAGE_BYTES = 4096;

  private static final int BLOCKS_PER_WORD = 16;
  private static final int WORDS_PER_PAGE = PAGE_BYTES / Integer.BYTES;
  private static final int DATA = 1;
  private static final int ZERO = 2;

  private final AtomicIntegerArray words;
  private final BitSet newerPages; // guarded by itself

  BlockStates(long blocks) {
    this.words = new AtomicIntegerArray(Math.toIntExact(mapBytes(blocks) / Integer.BYTES));
    this.newerPages = new BitSet();
  }

  /// Bytes of the map of so many blocks, in whole pages.
  static long mapBytes(long blocks) {
    return Math.ceilDiv(blocks, 4L * PAGE_BYTES) * PAGE_BYTES;
  }

  Kind get(long block) {
    int bits = words.get((int) (block / BLOCKS_PER_WORD)) >>> shift(block) & 3;
    return switch (bits) {
      case DATA -> Kind.DATA;
      case ZERO -> Kind.ZERO;
      default -> Kind.HOLE;
    };
  }

  void set(long block, Kind kind) {
    int bits =
        switch (kind) {
          case HOLE -> 0;
          case DATA -> DATA;
          case ZERO -> ZERO;
        };
    int shift = shift(block);
    int word = (int) (block / BLOCKS_PER_WORD);
    int before = words.getAndUpdate(word, old -> (old & ~(3 << shift)) | (bits << shift));
    if ((before >>> shift & 3) != bits) {
      synchronized (newerPages) {
        newerPages.set(word / WORDS_PER_PAGE);
      }
    }
  }

  private static int shift(long block) {
    return (int) (block % BLOCKS_PER_WORD) * 2;
  }

  /// The pages changed since the last call, which are from now on taken for written.
  BitSet takeNewerPages() {
    synchronized (newerPages) {
      BitSet taken = (BitSet) newerPages.clone();
      newerPages.clear();
      return taken;
    }
  }

  int pages() {
    return words.length() / WORDS_PER_PAGE;
  }

  /// A copy of one page as it is on disk.
  ByteBuffer page(int page) {
    ByteBuffer bytes = ByteBuffer.allocate(PAGE_BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < WORDS_PER_PAGE; i++) {
      bytes.putInt(words.get(page * WORDS_PER_PAGE + i));
    }
    return bytes.flip();
  }

  /// Takes over one page from disk.
  ///
  /// @return false if it has a state that there is not
  boolean load(int page, ByteBuffer bytes) {
    ByteBuffer little = bytes.duplicate().order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < WORDS_PER_PAGE; i++) {
      int word = little.getInt();
      if ((word & (word >>> 1) & 0x5555_5555) != 0) {
        return false;
      }
      words.set(page * WORDS_PER_PAGE + i, word);
    }
    return true;
  }
}
