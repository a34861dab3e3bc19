package io.landfall.snapshot.device;

import io.landfall.snapshot.device.Extent.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;

/// A raw image: guest offset is file offset. Sparse where the file system is: what was never
/// written, or was zeroed, is a `HOLE`.
///
/// As the only or the lowest layer its holes read as zeros. It is no overlay: [#zero] makes a hole,
/// which over a base would show the base, and a hole is only as fine as a file system block.
///
/// Any thread. Do not interrupt a thread that reads or writes: the JDK then closes the channel.
public final class RawFile implements BlockDevice {
  private static final int ZERO_BLOCK_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final SparseFd sparse; // null where the platform has no such calls
  private final long sizeBytes;
  private final boolean writable;

  private RawFile(Path path, FileChannel channel, SparseFd sparse, boolean writable)
      throws IOException {
    this.path = path;
    this.channel = channel;
    this.sparse = sparse;
    this.sizeBytes = channel.size();
    this.writable = writable;
  }

  /// Opens an existing image for reading.
  public static RawFile open(Path path) throws IOException {
    return open(path, false);
  }

  /// Opens an existing image for reading and writing.
  public static RawFile openWritable(Path path) throws IOException {
    return open(path, true);
  }

  /// Makes a new image of `sizeBytes` that is one hole.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException if there is something at `path`
  public static RawFile create(Path path, long sizeBytes) throws IOException {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException(
          "raw image of " + sizeBytes + " bytes, expected 0 or more");
    }
    Files.createFile(path);
    try (RandomAccessFile created = new RandomAccessFile(path.toFile(), "rw")) {
      created.setLength(sizeBytes);
    }
    return openWritable(path);
  }

  private static RawFile open(Path path, boolean writable) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException(
          path + (Files.exists(path) ? ": not a regular file" : ": no such file"));
    }
    if (!SparseFd.available()) {
      return new RawFile(path, openChannel(path, writable), null, writable);
    }
    SparseFd sparse = SparseFd.open(path, writable);
    try {
      // Through the descriptor and not by name again: extents and bytes must be of one file, even
      // when the name is moved to another meanwhile.
      return new RawFile(path, openChannel(sparse.alias(), writable), sparse, writable);
    } catch (IOException e) {
      sparse.close();
      throw e;
    }
  }

  private static FileChannel openChannel(Path path, boolean writable) throws IOException {
    return writable
        ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
        : FileChannel.open(path, StandardOpenOption.READ);
  }

  /// The name it was opened by.
  public Path path() {
    return path;
  }

  /// The channel, for copies inside the kernel. Still owned by this device; closes with it.
  public FileChannel channel() {
    return channel;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes);
    long at = offset;
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        throw new CorruptImageException(
            CorruptImageException.Reason.TRUNCATED,
            path + ": ends at " + at + ", had " + sizeBytes + " bytes when it was opened");
      }
      at += count;
    }
  }

  @Override
  public boolean readCached(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes);
    if (sparse == null || !target.isDirect() || !sparse.readCached(offset, target)) {
      return false;
    }
    target.position(target.limit());
    return true;
  }

  @Override
  public void write(long offset, ByteBuffer source) throws IOException {
    requireWritable();
    Objects.checkFromIndexSize(offset, (long) source.remaining(), sizeBytes);
    long at = offset;
    while (source.hasRemaining()) {
      at += channel.write(source, at);
    }
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    requireWritable();
    Objects.checkFromIndexSize(offset, length, sizeBytes);
    if (length > 0 && (sparse == null || !sparse.punch(offset, length))) {
      writeZeros(offset, length);
    }
  }

  private void writeZeros(long offset, long length) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(length, ZERO_BLOCK_BYTES));
    for (long at = offset; at < offset + length; at += zeros.capacity()) {
      write(at, zeros.duplicate().limit((int) Math.min(zeros.capacity(), offset + length - at)));
    }
  }

  private void requireWritable() throws IOException {
    if (!writable) {
      throw new ReadOnlyDeviceException(this);
    }
  }

  @Override
  public void flush() throws IOException {
    if (writable) {
      channel.force(false);
    }
  }

  /// Has the kernel begin to write what was written in a range to the disk, so that a later
  /// [#flush] has less to wait for. Says nothing about durability.
  public void startWriting(long offset, long length) throws IOException {
    if (sparse != null && writable) {
      sparse.startWriting(offset, length);
    }
  }

  /// Has the kernel begin to read a range into its cache.
  public void prefetch(long offset, long length) throws IOException {
    if (sparse != null) {
      sparse.advise(offset, length, Posix.POSIX_FADV_WILLNEED);
    }
  }

  /// Has the kernel give up what its cache has of a range, except what it has not written yet.
  public void forget(long offset, long length) throws IOException {
    if (sparse != null) {
      sparse.advise(offset, length, Posix.POSIX_FADV_DONTNEED);
    }
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    ExtentCollector extents = new ExtentCollector(offset, length, limit, sizeBytes);
    if (sparse == null) {
      extents.add(Kind.DATA, length);
    }
    while (extents.wantsMore()) {
      long at = extents.position();
      long data = sparse.nextData(at, sizeBytes);
      if (data > at) {
        extents.add(Kind.HOLE, data - at);
      } else {
        // A file that shrank under us has no hole behind `at`; the read will say so.
        extents.add(Kind.DATA, Math.max(1, sparse.nextHole(at, sizeBytes) - at));
      }
    }
    return extents.toList();
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      if (sparse != null) {
        sparse.close();
      }
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
