package io.landfall.snapshot.format.file;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.device.Zeros;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// The file that an image format lives in: reads that never go behind its end, and refusals that
/// name it.
///
/// The length is the one at opening: a pointer behind it is wrong even if the file has grown since.
/// Any thread.
public final class ImageFile implements AutoCloseable {
  private final RawFile file;

  private ImageFile(RawFile file) {
    this.file = file;
  }

  /// Opens a regular file for reading; the caller closes.
  public static ImageFile open(Path path) throws IOException {
    return new ImageFile(RawFile.open(path));
  }

  /// Bytes of the file when it was opened.
  public long sizeBytes() {
    return file.sizeBytes();
  }

  /// A new big-endian buffer with exactly `length` bytes from `offset`. The caller has checked
  /// `length` against a bound of its own.
  ///
  /// @param what names the structure in the refusal
  /// @throws CorruptImageException reason `TRUNCATED` if the file ends before
  public ByteBuffer read(long offset, int length, String what) throws IOException {
    if (offset < 0 || offset > sizeBytes() - length) {
      throw refuse(
          Reason.TRUNCATED,
          what
              + " at "
              + offset
              + " with "
              + length
              + " bytes, but the file ends at "
              + sizeBytes());
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    file.read(offset, bytes);
    return bytes.flip();
  }

  /// Fills `target` from `offset`, with zeros where the file has ended: the last cluster of an
  /// image may be cut short.
  public void readPadded(long offset, ByteBuffer target) throws IOException {
    int inside = Math.clamp(sizeBytes() - offset, 0, target.remaining());
    if (inside > 0) {
      int limit = target.limit();
      file.read(offset, target.limit(target.position() + inside));
      target.limit(limit);
    }
    Zeros.fill(target);
  }

  /// How many bytes from `offset` on are a hole of the file, and so read as zeros without a look.
  public long holeAt(long offset) throws IOException {
    if (offset >= sizeBytes()) {
      return 0;
    }
    Extent first = file.extents(offset, sizeBytes() - offset, 1).getFirst();
    return first.kind() == Extent.Kind.HOLE ? first.length() : 0;
  }

  /// The raw device below, for formats that are raw bytes in a range of the file.
  public RawFile raw() {
    return file;
  }

  /// The refusal of this file: what was found, where, and what would be right.
  public CorruptImageException refuse(Reason reason, String message) {
    return new CorruptImageException(reason, file.path().getFileName() + ": " + message);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
