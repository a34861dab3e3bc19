package io.landfall.snapshot.device;

import io.landfall.snapshot.device.Extent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Builds the answer of [BlockDevice#extents]: runs are added in order, neighbours of one kind
/// become one extent, and it says when the asked range or the limit is reached.
///
/// One thread.
public final class ExtentCollector {
  private final long end;
  private final int limit;
  private final List<Extent> done = new ArrayList<>();
  private long start;
  private long position;
  private Kind kind;
  private boolean full;

  /// Checks what was asked of a device of `sizeBytes`.
  ///
  /// @throws IndexOutOfBoundsException if the range ends behind the device
  public ExtentCollector(long offset, long length, int limit, long sizeBytes) {
    Objects.checkFromIndexSize(offset, length, sizeBytes);
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " extents, expected at least 1");
    }
    this.end = offset + length;
    this.limit = limit;
    this.start = offset;
    this.position = offset;
  }

  /// Where the next run starts.
  public long position() {
    return position;
  }

  /// Bytes of the asked range that have no kind yet.
  public long remaining() {
    return end - position;
  }

  /// Whether more runs are wanted.
  public boolean wantsMore() {
    return !full && position < end;
  }

  /// The next run, cut at the end of the asked range. Ignored once nothing more is wanted.
  public void add(Kind next, long length) {
    if (!wantsMore() || length == 0) {
      return;
    }
    if (kind != next && !startRun(next)) {
      return;
    }
    position += Math.min(length, end - position);
  }

  private boolean startRun(Kind next) {
    if (position > start) {
      done.add(new Extent(start, position - start, kind));
      start = position;
    }
    full = done.size() == limit;
    if (!full) {
      kind = next;
    }
    return !full;
  }

  public List<Extent> toList() {
    if (position > start) {
      done.add(new Extent(start, position - start, kind));
      start = position;
    }
    return List.copyOf(done);
  }
}
