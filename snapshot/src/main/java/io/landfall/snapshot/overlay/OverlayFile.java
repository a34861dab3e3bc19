package io.landfall.snapshot.overlay;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.device.ReadOnlyDeviceException;
import io.landfall.snapshot.device.Zeros;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/// Our own copy-on-write layer: one sparse file with a map of blocks of 64 KiB and the blocks that
/// were written, each at its own place. Grows only with what is written.
///
/// Reads show the base where nothing was written; extents say `HOLE` there, so that what changed is
/// known without a look at the base.
///
/// Crash safety: the map on disk never says that a block has data before the whole block is
/// durable. [#flush] makes the data durable, then writes the map pages that were changed before it
/// began, and makes those durable. What was written after the last flush may be lost or be there,
/// sector by sector, as on any disk; a block that the map does not know yet is lost as a whole and
/// shows the base. After a failed flush nothing more is taken.
///
/// Any thread. Writes into the same block from two threads are safe if their bytes do not overlap.
public final class OverlayFile implements BlockDevice {
  private static final int BLOCK = OverlayHeader.BLOCK_BYTES;
  private static final int LOCKS = 64;
  private static final int MAX_SPARES = 8;

  private final BlockDevice file;
  private final OverlayHeader header;
  private final BlockStates states;
  private final BlockDevice base;
  private final boolean writable;
  private volatile IOException failedFlush;
  private final Object flushLock = new Object();
  private final Object[] blockLocks = new Object[LOCKS];

  /// Buffers for blocks that are filled up. Outside of the heap, where the kernel reads and writes:
  /// a new array for each would be zeroed, and copied twice.
  private final Queue<ByteBuffer> spares = new ArrayBlockingQueue<>(MAX_SPARES);

  private OverlayFile(
      BlockDevice file,
      OverlayHeader header,
      BlockStates states,
      BlockDevice base,
      boolean writable) {
    this.file = file;
    this.header = header;
    this.states = states;
    this.base = base;
    this.writable = writable;
    for (int i = 0; i < LOCKS; i++) {
      blockLocks[i] = new Object();
    }
  }

  /// Makes an empty, writable overlay of `sizeBytes` over `base`, durable when this returns.
  ///
  /// @param base what shows through, zeros behind its end; borrowed, and never written
  /// @throws java.nio.file.FileAlreadyExistsException if there is something at `path`
  public static OverlayFile create(Path path, long sizeBytes, BlockDevice base) throws IOException {
    OverlayHeader header = new OverlayHeader(sizeBytes);
    RawFile file = RawFile.create(path, header.fileBytes());
    try {
      file.write(0, header.toBytes());
      file.flush();
      return new OverlayFile(file, header, new BlockStates(header.blocks()), base, true);
    } catch (IOException e) {
      file.close();
      Files.deleteIfExists(path);
      throw e;
    }
  }

  /// Opens an overlay to go on writing it.
  ///
  /// @param base what it was made over; borrowed
  public static OverlayFile openWritable(Path path, BlockDevice base) throws IOException {
    return open(RawFile.openWritable(path), base, true);
  }

  /// Opens a read-only layer; its holes read as zeros, for whoever stacks it over a base.
  public static OverlayFile openLayer(Path path) throws IOException {
    return open(RawFile.open(path), new MemoryDevice(0), false);
  }

  /// Takes ownership of `file`.
  static OverlayFile open(BlockDevice file, BlockDevice base, boolean writable) throws IOException {
    try {
      ByteBuffer first =
          ByteBuffer.allocate((int) Math.min(OverlayHeader.HEADER_BYTES, file.sizeBytes()));
      file.read(0, first);
      OverlayHeader header = OverlayHeader.parse(first.flip(), file.sizeBytes(), file.toString());
      return new OverlayFile(file, header, loadStates(file, header), base, writable);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static BlockStates loadStates(BlockDevice file, OverlayHeader header) throws IOException {
    BlockStates states = new BlockStates(header.blocks());
    ByteBuffer bytes = ByteBuffer.allocate(BlockStates.PAGE_BYTES);
    for (int page = 0; page < states.pages(); page++) {
      file.read(header.mapOffset() + (long) page * BlockStates.PAGE_BYTES, bytes.clear());
      if (!states.load(page, bytes.flip())) {
        throw new CorruptImageException(
            Reason.BAD_DATA, file + ": page " + page + " of the map is damaged");
      }
    }
    return states;
  }

  @Override
  public long sizeBytes() {
    return header.sizeBytes();
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    long at = offset;
    int end = target.limit();
    while (target.hasRemaining()) {
      Extent run = firstRun(at, target.remaining());
      target.limit(target.position() + (int) run.length());
      switch (run.kind()) {
        case DATA -> file.read(header.dataOffset() + at, target);
        case ZERO -> Zeros.fill(target);
        case HOLE -> readBase(at, target);
      }
      target.limit(end);
      at = run.end();
    }
  }

  @Override
  public boolean readCached(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    Extent run = firstRun(offset, target.remaining());
    if (run.length() < target.remaining()) {
      return false; // of several layers: left to those who may wait
    }
    return switch (run.kind()) {
      case DATA -> file.readCached(header.dataOffset() + offset, target);
      case HOLE -> run.end() <= base.sizeBytes() && base.readCached(offset, target);
      case ZERO -> false;
    };
  }

  private Extent firstRun(long offset, long length) {
    Kind kind = states.get(offset / BLOCK);
    long end = (offset / BLOCK + 1) * BLOCK;
    while (end < offset + length && states.get(end / BLOCK) == kind) {
      end += BLOCK;
    }
    return new Extent(offset, Math.min(length, end - offset), kind);
  }

  private void readBase(long offset, ByteBuffer target) throws IOException {
    int inBase = Math.clamp(base.sizeBytes() - offset, 0, target.remaining());
    if (inBase > 0) {
      int limit = target.limit();
      base.read(offset, target.limit(target.position() + inBase));
      target.limit(limit);
    }
    Zeros.fill(target);
  }

  @Override
  public void write(long offset, ByteBuffer source) throws IOException {
    requireWritable();
    Objects.checkFromIndexSize(offset, (long) source.remaining(), sizeBytes());
    long at = offset;
    int end = source.limit();
    while (source.hasRemaining()) {
      int length = (int) Math.min(source.remaining(), BLOCK - at % BLOCK);
      writeBlock(at, source.limit(source.position() + length));
      source.limit(end);
      at += length;
    }
  }

  /// Writes inside of one block. A block that is not here yet is filled up under its lock, so that
  /// another thread's bytes in the same block are not lost.
  private void writeBlock(long offset, ByteBuffer source) throws IOException {
    long block = offset / BLOCK;
    if (states.get(block) == Kind.DATA) {
      file.write(header.dataOffset() + offset, source);
      return;
    }
    synchronized (blockLocks[(int) (block % LOCKS)]) {
      if (states.get(block) != Kind.DATA && source.remaining() < blockBytes(block)) {
        fillUp(block, offset, source);
      } else {
        file.write(header.dataOffset() + offset, source);
      }
      states.set(block, Kind.DATA);
    }
  }

  private void fillUp(long block, long offset, ByteBuffer source) throws IOException {
    ByteBuffer pooled = spares.poll();
    ByteBuffer whole = pooled == null ? ByteBuffer.allocateDirect(BLOCK) : pooled;
    try {
      int length = blockBytes(block);
      read(block * BLOCK, whole.clear().limit(length));
      whole.position((int) (offset % BLOCK)).put(source);
      file.write(header.dataOffset() + block * BLOCK, whole.position(0));
    } finally {
      var _ = spares.offer(whole);
    }
  }

  /// The last block ends with the disk.
  private int blockBytes(long block) {
    return (int) Math.min(BLOCK, sizeBytes() - block * BLOCK);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    requireWritable();
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    long at = offset;
    while (at < offset + length) {
      long block = at / BLOCK;
      int part = (int) Math.min(offset + length - at, BLOCK - at % BLOCK);
      if (part == blockBytes(block)) {
        zeroBlock(block);
      } else if (states.get(block) != Kind.ZERO) {
        writeBlock(at, ByteBuffer.allocate(part));
      }
      at += part;
    }
  }

  /// The old data is given back too. A crash before the next flush then shows zeros instead of it,
  /// which is as good: the block was being zeroed.
  private void zeroBlock(long block) throws IOException {
    synchronized (blockLocks[(int) (block % LOCKS)]) {
      Kind before = states.get(block);
      states.set(block, Kind.ZERO);
      if (before == Kind.DATA) {
        file.zero(header.dataOffset() + block * BLOCK, blockBytes(block));
      }
    }
  }

  private void requireWritable() throws IOException {
    if (!writable) {
      throw new ReadOnlyDeviceException(this);
    }
    if (failedFlush != null) {
      // The kernel forgets what it could not write, so that another flush would succeed and lie.
      throw new IOException(this + ": takes no more writes, a flush has failed", failedFlush);
    }
  }

  @Override
  public void flush() throws IOException {
    if (!writable) {
      return;
    }
    synchronized (flushLock) {
      requireWritable();
      // Taken before the data is made durable: what is marked later may not be durable then.
      BitSet pages = states.takeNewerPages();
      List<ByteBuffer> copies = pages.stream().mapToObj(states::page).toList();
      try {
        file.flush();
        if (!pages.isEmpty()) {
          writePages(pages, copies);
          file.flush();
        }
      } catch (IOException e) {
        failedFlush = e;
        throw e;
      }
    }
  }

  private void writePages(BitSet pages, List<ByteBuffer> copies) throws IOException {
    int index = 0;
    for (int page = pages.nextSetBit(0); page >= 0; page = pages.nextSetBit(page + 1)) {
      long at = header.mapOffset() + (long) page * BlockStates.PAGE_BYTES;
      file.write(at, copies.get(index++));
    }
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) {
    ExtentCollector extents = new ExtentCollector(offset, length, limit, sizeBytes());
    while (extents.wantsMore()) {
      Extent run = firstRun(extents.position(), extents.remaining());
      extents.add(run.kind(), run.length());
    }
    return extents.toList();
  }

  /// Makes everything durable first, if it can be written. The base stays open.
  @Override
  public void close() throws IOException {
    try (file) {
      flush();
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
