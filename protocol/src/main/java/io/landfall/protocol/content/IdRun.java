package io.landfall.protocol.content;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Ids in order, in pages of [Manifest#FAN_OUT] outside the heap. A page of zeros takes no memory,
/// and a run that was made from another shares the pages in which they are the same: what the
/// manifest of a large disk costs is its data, and what the next one costs is what changed.
///
/// Immutable; any thread may read it.
final class IdRun {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final long count;
  private final AtomicReferenceArray<MemorySegment> pages;

  private IdRun(long count, AtomicReferenceArray<MemorySegment> pages) {
    this.count = count;
    this.pages = pages;
  }

  /// All zero.
  static IdRun zeros(long count) {
    return new IdRun(count, new AtomicReferenceArray<>(pagesFor(count)));
  }

  private static int pagesFor(long count) {
    return Math.toIntExact(Math.ceilDiv(count, (long) Manifest.FAN_OUT));
  }

  long count() {
    return count;
  }

  int pageCount() {
    return pages.length();
  }

  ChunkId get(long index) {
    Objects.checkIndex(index, count);
    return idIn(pages.get((int) (index / Manifest.FAN_OUT)), index);
  }

  private static ChunkId idIn(MemorySegment page, long index) {
    if (page == null) {
      return ChunkId.ZERO;
    }
    long at = index % Manifest.FAN_OUT * ChunkId.SIZE_BYTES;
    return new ChunkId(
        page.get(WORD, at),
        page.get(WORD, at + 8),
        page.get(WORD, at + 16),
        page.get(WORD, at + 24));
  }

  /// Whether the ids of a page are zeros that take no memory.
  boolean isAbsent(int page) {
    return pages.get(page) == null;
  }

  /// Whether a page is the very one that `other` has there: segments are equal if they are the same
  /// memory, and their bytes are not compared.
  boolean sharesPage(int page, IdRun other) {
    return Objects.equals(pages.get(page), other.pages.get(page));
  }

  /// The ids of a page that is not absent, 32 bytes each, read-only.
  ByteBuffer page(int page) {
    return pages.get(page).asByteBuffer().asReadOnlyBuffer();
  }

  /// Makes a run; different threads may put different ids.
  static final class Builder {
    private IdRun from; // replaced by build, which comes after all puts
    private AtomicReferenceArray<MemorySegment> own;

    /// Starts as `from`.
    Builder(IdRun from) {
      this.from = from;
      this.own = new AtomicReferenceArray<>(from.pages.length());
    }

    ChunkId get(long index) {
      Objects.checkIndex(index, from.count);
      int page = (int) (index / Manifest.FAN_OUT);
      MemorySegment mine = own.get(page);
      return idIn(mine == null ? from.pages.get(page) : mine, index);
    }

    void put(long index, ChunkId id) {
      Objects.checkIndex(index, from.count);
      int page = (int) (index / Manifest.FAN_OUT);
      if (id.isZero() && own.get(page) == null && from.isAbsent(page)) {
        return;
      }
      MemorySegment mine = ownPage(page);
      long at = index % Manifest.FAN_OUT * ChunkId.SIZE_BYTES;
      mine.set(WORD, at, id.w0());
      mine.set(WORD, at + 8, id.w1());
      mine.set(WORD, at + 16, id.w2());
      mine.set(WORD, at + 24, id.w3());
    }

    /// The bytes of a page, to be filled.
    ByteBuffer fill(int page) {
      return ownPage(page).asByteBuffer();
    }

    private MemorySegment ownPage(int page) {
      MemorySegment mine = own.get(page);
      return mine == null ? copyPage(page) : mine;
    }

    private synchronized MemorySegment copyPage(int page) {
      MemorySegment mine = own.get(page);
      if (mine == null) {
        long ids = Math.min(Manifest.FAN_OUT, from.count - (long) page * Manifest.FAN_OUT);
        mine = Arena.ofAuto().allocate(ids * ChunkId.SIZE_BYTES, Long.BYTES);
        MemorySegment shared = from.pages.get(page);
        if (shared != null) {
          mine.copyFrom(shared);
        }
        own.set(page, mine);
      }
      return mine;
    }

    /// The run. The builder goes on from it: what is put later changes a copy.
    IdRun build() {
      AtomicReferenceArray<MemorySegment> pages = new AtomicReferenceArray<>(own.length());
      for (int i = 0; i < own.length(); i++) {
        MemorySegment mine = own.get(i);
        pages.set(i, mine == null ? from.pages.get(i) : mine);
      }
      from = new IdRun(from.count, pages);
      own = new AtomicReferenceArray<>(pages.length());
      return from;
    }
  }
}
