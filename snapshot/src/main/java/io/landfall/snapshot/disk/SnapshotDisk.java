package io.landfall.snapshot.disk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Changes;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.format.ImageFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;

/// A writable disk over a base that stays as it is, in a directory of its own. It can be frozen at
/// any time into a point in time that is read while the disk is written on, without a copy.
///
/// ```
///   4.overlay    takes the writes
///   3.overlay    frozen: "second"
///   1.overlay    frozen: "first"
///   base         anybody's, read-only
/// ```
///
/// Reads show the whole disk. Extents say `HOLE` where nothing was written since the base, so that
/// what changed is known without a look at it. Durable after [#flush].
///
/// Crash safety: a layer is durable before the list of layers names it; the list is replaced by a
/// rename; files that no list names are deleted when the disk is opened.
///
/// Any thread. Changes of the stack wait for the reads and writes that are running. One process at
/// a time.
public final class SnapshotDisk implements BlockDevice {
  private final Path dir;
  private final BlockDevice base;
  private final FileChannel lockFile;
  private final long sizeBytes;
  private final ReentrantLock structure = new ReentrantLock(); // one change of the stack at a time
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(); // taken after structure
  private final LayerStack layers; // guarded by gate
  private int openViews; // guarded by this

  private SnapshotDisk(Path dir, BlockDevice base, FileChannel lockFile, LayerStack layers) {
    this.dir = dir;
    this.base = base;
    this.lockFile = lockFile;
    this.layers = layers;
    this.sizeBytes = layers.list().sizeBytes();
  }

  /// Makes a disk over `base` in a new directory.
  ///
  /// @param base borrowed; must stay as it is for as long as the disk lives
  /// @throws java.nio.file.FileAlreadyExistsException if there is something at `dir`
  public static SnapshotDisk create(Path dir, BlockDevice base) throws IOException {
    Files.createDirectory(dir);
    LayerStack.create(dir, base);
    return open(dir, base);
  }

  /// Opens a disk as it was at the last flush, or later.
  ///
  /// @param base what it was made over; borrowed
  /// @throws io.landfall.snapshot.device.CorruptImageException if the directory is damaged
  public static SnapshotDisk open(Path dir, BlockDevice base) throws IOException {
    FileChannel lockFile = DirectoryLock.take(dir);
    SnapshotDisk disk;
    try {
      disk = new SnapshotDisk(dir, base, lockFile, LayerStack.open(dir, base));
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
    try {
      disk.finishMerges();
      return disk;
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    gate.readLock().lock();
    try {
      layers.top().read(offset, target);
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public boolean readCached(long offset, ByteBuffer target) throws IOException {
    if (!gate.readLock().tryLock()) {
      return false;
    }
    try {
      return layers.top().readCached(offset, target);
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public void write(long offset, ByteBuffer source) throws IOException {
    gate.readLock().lock();
    try {
      layers.top().write(offset, source);
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    gate.readLock().lock();
    try {
      layers.top().zero(offset, length);
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    gate.readLock().lock();
    try {
      layers.top().flush();
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    gate.readLock().lock();
    try {
      return layers.changes().extents(offset, length, limit);
    } finally {
      gate.readLock().unlock();
    }
  }

  /// The points in time, the oldest first.
  public List<String> snapshots() {
    gate.readLock().lock();
    try {
      return layers.list().entries().stream().flatMap(entry -> entry.name().stream()).toList();
    } finally {
      gate.readLock().unlock();
    }
  }

  /// Makes the disk as it is now a point in time. Nothing is copied; what waits is what is written
  /// meanwhile, for as long as a flush takes. Durable when this returns.
  ///
  /// @throws IllegalArgumentException if the name is taken or is none
  /// @throws IOException if there are too many layers; merge some
  public void freeze(String name) throws IOException {
    LayerList.requireName(name);
    lockAll();
    try {
      if (layers.list().indexOf(name) >= 0) {
        throw new IllegalArgumentException("there is a snapshot \"" + name + "\" already");
      }
      if (layers.list().entries().size() == LayerList.MAX_LAYERS) {
        throw new IOException(
            dir + ": has " + LayerList.MAX_LAYERS + " layers already; merge snapshots first");
      }
      layers.top().flush();
      List<LayerList.Entry> entries = new ArrayList<>(layers.list().entries());
      LayerList.Entry last = entries.removeLast();
      entries.add(new LayerList.Entry(last.number(), Optional.of(name)));
      layers.pushTop(entries);
    } finally {
      unlockAll();
    }
  }

  /// Goes back to a point in time: what came after it is gone. The point itself stays.
  ///
  /// @throws IllegalArgumentException if there is no such snapshot
  public void revert(String name) throws IOException {
    lockAll();
    try {
      requireNoViews("go back");
      List<LayerList.Entry> kept = layers.list().entries().subList(0, requireIndex(name) + 1);
      List<LayerList.Entry> dropped =
          layers.list().entries().subList(kept.size(), layers.list().entries().size());
      layers.pushTop(kept);
      layers.delete(dropped);
    } finally {
      unlockAll();
    }
  }

  private void lockAll() {
    structure.lock();
    gate.writeLock().lock();
  }

  private void unlockAll() {
    gate.writeLock().unlock();
    structure.unlock();
  }

  private int requireIndex(String name) {
    int index = layers.list().indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("there is no snapshot \"" + name + "\"");
    }
    return index;
  }

  private void requireNoViews(String what) throws IOException {
    synchronized (this) {
      if (openViews > 0) {
        throw new IOException(
            "%s: cannot %s while %d snapshots are being read".formatted(dir, what, openViews));
      }
    }
  }

  /// Opens the disk as it was at a point in time: complete, read-only, closed by the caller before
  /// this disk.
  ///
  /// @throws IllegalArgumentException if there is no such snapshot
  public BlockDevice openSnapshot(String name) throws IOException {
    gate.readLock().lock();
    try {
      BlockDevice opened = layers.openThrough(requireIndex(name));
      countViews(1);
      return new SnapshotView(opened, () -> countViews(-1));
    } finally {
      gate.readLock().unlock();
    }
  }

  /// Opens one layer: what was written between the snapshot before `name` and `name` itself, `HOLE`
  /// elsewhere. Read-only, closed by the caller before this disk.
  public BlockDevice openDelta(String name) throws IOException {
    gate.readLock().lock();
    try {
      BlockDevice layer = layers.openLayer(requireIndex(name));
      countViews(1);
      return new SnapshotView(layer, () -> countViews(-1));
    } finally {
      gate.readLock().unlock();
    }
  }

  private synchronized void countViews(int change) {
    openViews += change;
  }

  /// Forgets the point in time `name`: its layer and the next one become one. The disk and all
  /// other points stay as they are; only blocks of the next layer are copied, beside running reads
  /// and writes unless the next layer is the one that is written.
  ///
  /// A crash on the way leaves the point forgotten; opening the disk finishes the work.
  ///
  /// @throws IllegalArgumentException if there is no such snapshot
  public void forget(String name) throws IOException {
    structure.lock();
    try {
      int index;
      gate.writeLock().lock();
      try {
        requireNoViews("forget a snapshot");
        index = requireIndex(name);
        List<LayerList.Entry> entries = new ArrayList<>(layers.list().entries());
        entries.set(index, new LayerList.Entry(entries.get(index).number(), Optional.empty()));
        layers.change(entries); // from here on its content is nobody's
      } finally {
        gate.writeLock().unlock();
      }
      mergeUp(index);
    } finally {
      structure.unlock();
    }
  }

  private void finishMerges() throws IOException {
    structure.lock();
    try {
      int index = layers.firstNameless();
      while (index >= 0) {
        mergeUp(index);
        index = layers.firstNameless();
      }
    } finally {
      structure.unlock();
    }
  }

  private void mergeUp(int index) throws IOException {
    boolean intoTop = index + 2 == layers.list().entries().size();
    if (!intoTop) {
      layers.copyUp(index);
    }
    gate.writeLock().lock();
    try {
      if (intoTop) {
        layers.top().flush();
        layers.copyUp(index);
      }
      List<LayerList.Entry> entries = new ArrayList<>(layers.list().entries());
      LayerList.Entry newer = entries.remove(index + 1);
      entries.set(index, new LayerList.Entry(entries.get(index).number(), newer.name()));
      layers.change(entries);
      layers.delete(List.of(newer));
    } finally {
      gate.writeLock().unlock();
    }
  }

  /// Writes all that changed into `target`, which is the base opened for writing, and starts again
  /// with nothing changed. The points in time are gone.
  ///
  /// A crash on the way does no harm: the changes still lie over the base, and are written again.
  ///
  /// @param target has the size of the disk; borrowed
  public void commit(BlockDevice target) throws IOException {
    lockAll();
    try {
      requireNoViews("commit");
      if (target.sizeBytes() != sizeBytes()) {
        throw new IllegalArgumentException(
            "the base has %d bytes, the disk %d".formatted(target.sizeBytes(), sizeBytes()));
      }
      List<LayerList.Entry> merged =
          layers.list().entries().stream()
              .map(entry -> new LayerList.Entry(entry.number(), Optional.empty()))
              .toList();
      // Points in time show the base below them: they are gone before it changes.
      layers.change(merged);
      Changes.apply(this, target);
      target.flush();
      layers.pushTop(List.of());
      layers.delete(merged);
    } finally {
      unlockAll();
    }
  }

  /// Writes the whole disk as a new image that needs no base. The disk must not be written
  /// meanwhile; a snapshot can be flattened by writing what [#openSnapshot] opens.
  ///
  /// @param progress is told how many bytes of the disk are done
  public void flatten(ImageFormat format, Path target, LongConsumer progress) throws IOException {
    format.write(LayeredDevice.over(new Lower(this), new Lower(base)), target, progress);
  }

  /// Makes everything durable first. The base stays open.
  @Override
  public void close() throws IOException {
    lockAll();
    try (lockFile) {
      layers.close();
    } finally {
      unlockAll();
    }
  }

  @Override
  public String toString() {
    return dir.toString();
  }
}
