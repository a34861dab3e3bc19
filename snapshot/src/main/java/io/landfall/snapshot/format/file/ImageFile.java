package io.landfall.snapshot.format.file;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.device.Zeros;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// The file that an image format lives in, or a window of a file that an image lies in as a whole:
/// reads that never go behind its end, and refusals that name it.
///
/// The length is the one at opening: a pointer behind it is wrong even if the file has grown since.
/// Any thread.
public final class ImageFile implements AutoCloseable {
  private static final int EXTENTS_PER_STEP = 256;

  private final RawFile file;
  private final String name;
  private final long start;
  private final long sizeBytes;

  private ImageFile(RawFile file, String name, long start, long sizeBytes) {
    this.file = file;
    this.name = name;
    this.start = start;
    this.sizeBytes = sizeBytes;
  }

  /// Opens a regular file for reading; the caller closes.
  public static ImageFile open(Path path) throws IOException {
    RawFile file = RawFile.open(path);
    return new ImageFile(file, path.getFileName().toString(), 0, file.sizeBytes());
  }

  /// Opens a member of this file as a file of its own, which is closed by itself.
  ///
  /// @param member its name, for refusals
  public ImageFile member(String member, long offset, long length) throws IOException {
    requireInside(offset, length, member);
    return new ImageFile(RawFile.open(file.path()), name + ":" + member, start + offset, length);
  }

  /// Bytes of the file when it was opened.
  public long sizeBytes() {
    return sizeBytes;
  }

  /// The name of the file in its directory, as refusals say it.
  public String name() {
    return name;
  }

  /// Where it is.
  public Path path() {
    return file.path();
  }

  /// A new big-endian buffer with exactly `length` bytes from `offset`. The caller has checked
  /// `length` against a bound of its own.
  ///
  /// @param what names the structure in the refusal
  /// @throws CorruptImageException reason `TRUNCATED` if the file ends before
  public ByteBuffer read(long offset, int length, String what) throws IOException {
    requireInside(offset, length, what);
    ByteBuffer bytes = ByteBuffer.allocate(length);
    file.read(start + offset, bytes);
    return bytes.flip();
  }

  /// Refuses a structure that does not lie inside of the file.
  public void requireInside(long offset, long length, String what) throws IOException {
    if (offset < 0 || length < 0 || offset > sizeBytes - length) {
      throw refuse(
          Reason.TRUNCATED,
          "%s at %s with %d bytes, but the file ends at %d"
              .formatted(what, Long.toUnsignedString(offset), length, sizeBytes));
    }
  }

  /// Fills `target` from `offset`, with zeros where the file has ended: the last cluster of an
  /// image may be cut short.
  public void readPadded(long offset, ByteBuffer target) throws IOException {
    int inside = Math.clamp(sizeBytes - offset, 0, target.remaining());
    if (inside > 0) {
      int limit = target.limit();
      file.read(start + offset, target.limit(target.position() + inside));
      target.limit(limit);
    }
    Zeros.fill(target);
  }

  /// Fills `target` from `offset` if the kernel has all of it in memory.
  public boolean readCached(long offset, ByteBuffer target) throws IOException {
    return offset >= 0
        && offset <= sizeBytes - target.remaining()
        && file.readCached(start + offset, target);
  }

  /// How many bytes from `offset` on are a hole of the file, and so read as zeros without a look.
  public long holeAt(long offset) throws IOException {
    if (offset >= sizeBytes) {
      return 0;
    }
    Extent first = file.extents(start + offset, sizeBytes - offset, 1).getFirst();
    return first.kind() == Extent.Kind.HOLE ? first.length() : 0;
  }

  /// Adds what the file system says of a range of the file; it lies inside of it.
  public void addExtents(long offset, long length, ExtentCollector target) throws IOException {
    long end = offset + length;
    long at = offset;
    while (at < end && target.wantsMore()) {
      for (Extent extent : file.extents(start + at, end - at, EXTENTS_PER_STEP)) {
        target.add(extent.kind(), extent.length());
        at += extent.length();
      }
    }
  }

  /// The refusal of this file: what was found, where, and what would be right.
  public CorruptImageException refuse(Reason reason, String message) {
    return new CorruptImageException(reason, name + ": " + message);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return file.path().resolveSibling(name).toString();
  }
}
