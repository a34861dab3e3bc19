package io.landfall.snapshot.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/// A disk, a layer of a disk, or a guest's memory: bytes addressed by guest offset.
///
/// Every format, snapshot and remote image is one of these, so whoever moves, stores or serves
/// content needs nothing else. Offsets and lengths are bytes without any alignment rule. Reads may
/// run from several threads at once; a write that overlaps another call has no defined order with
/// it.
public interface BlockDevice extends AutoCloseable {

  /// Bytes of the device as the guest sees it; does not change while the device is open.
  long sizeBytes();

  /// Fills `target` from `offset`; returns when no byte of it remains to be filled.
  ///
  /// @throws IndexOutOfBoundsException if `offset + target.remaining()` is behind the end
  /// @throws CorruptImageException if the image contradicts itself there
  void read(long offset, ByteBuffer target) throws IOException;

  /// Fills `target` as [#read] does, if nothing has to be waited for: no disk, no peer. For threads
  /// that must not block.
  ///
  /// @return false if something is not in memory, or nobody can tell; what is in `target` then, up
  ///   to its limit, means nothing, and its position is where it was
  /// @throws IndexOutOfBoundsException if `offset + target.remaining()` is behind the end
  default boolean readCached(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    return false;
  }

  /// Writes all of `source` at `offset`. Durable after [#flush].
  ///
  /// @throws IndexOutOfBoundsException if `offset + source.remaining()` is behind the end
  /// @throws ReadOnlyDeviceException unless [#writable]
  default void write(long offset, ByteBuffer source) throws IOException {
    throw new ReadOnlyDeviceException(this);
  }

  /// Makes a range read as zeros, giving its space back where the medium can.
  ///
  /// @throws IndexOutOfBoundsException if the range ends behind the device
  /// @throws ReadOnlyDeviceException unless [#writable]
  default void zero(long offset, long length) throws IOException {
    throw new ReadOnlyDeviceException(this);
  }

  /// Returns when every write before it would survive a power cut.
  default void flush() throws IOException {}

  default boolean writable() {
    return false;
  }

  /// What lies in `[offset, offset + length)`: extents in order, without gaps, neighbours of one
  /// kind merged, the first starting at `offset`. At most `limit` of them: a device with more says
  /// what fits, and the caller asks on from the end of the last one.
  ///
  /// A hint that may be coarse, never one that lies: what is called `ZERO` or `HOLE` reads as zeros
  /// (or as the base).
  ///
  /// @param limit at least 1
  List<Extent> extents(long offset, long length, int limit) throws IOException;

  @Override
  void close() throws IOException;
}
