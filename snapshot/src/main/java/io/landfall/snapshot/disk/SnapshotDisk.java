package io.landfall.snapshot.disk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.overlay.OverlayFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

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
  private static final String LOCK_FILE = "lock";
  private static final int EXTENTS_PER_STEP = 256;

  private final Path dir;
  private final BlockDevice base;
  private final FileChannel lockFile;
  private final long sizeBytes;
  private final ReentrantLock structure = new ReentrantLock(); // one change of the stack at a time
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(); // taken after structure
  private final List<OverlayFile> frozen = new ArrayList<>(); // guarded by gate; the oldest first
  private final Lower lower; // frozen layers over the base
  private LayerList list; // guarded by gate
  private OverlayFile top; // guarded by gate; null when closed
  private int openViews; // guarded by this

  private SnapshotDisk(Path dir, BlockDevice base, FileChannel lockFile, LayerList list) {
    this.dir = dir;
    this.base = base;
    this.lockFile = lockFile;
    this.list = list;
    this.sizeBytes = list.sizeBytes();
    this.lower = new Lower(base);
  }

  /// Makes a disk over `base` in a new directory.
  ///
  /// @param base borrowed; must stay as it is for as long as the disk lives
  /// @throws java.nio.file.FileAlreadyExistsException if there is something at `dir`
  public static SnapshotDisk create(Path dir, BlockDevice base) throws IOException {
    Files.createDirectory(dir);
    LayerList.Entry first = new LayerList.Entry(1, Optional.empty());
    OverlayFile.create(dir.resolve(first.file()), base.sizeBytes(), base).close();
    new LayerList(base.sizeBytes(), List.of(first)).write(dir);
    return open(dir, base);
  }

  /// Opens a disk as it was at the last flush, or later.
  ///
  /// @param base what it was made over; borrowed
  /// @throws io.landfall.snapshot.device.CorruptImageException if the directory is damaged
  public static SnapshotDisk open(Path dir, BlockDevice base) throws IOException {
    FileChannel lockFile = lock(dir);
    SnapshotDisk disk;
    try {
      disk = new SnapshotDisk(dir, base, lockFile, LayerList.read(dir));
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
    try {
      disk.deleteUnlisted();
      disk.openLayers();
      disk.finishMerges();
      return disk;
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  private static FileChannel lock(Path dir) throws IOException {
    FileChannel file =
        FileChannel.open(
            dir.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (file.tryLock() != null) {
        return file;
      }
    } catch (OverlappingFileLockException e) {
      file.close();
      throw new IOException(dir + ": the disk is open already", e);
    }
    file.close();
    throw new IOException(dir + ": the disk is open in another process");
  }

  private void deleteUnlisted() throws IOException {
    List<String> listed = list.entries().stream().map(LayerList.Entry::file).toList();
    try (Stream<Path> files = Files.list(dir)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if ((name.endsWith(".overlay") && !listed.contains(name)) || name.endsWith(".part")) {
          Files.delete(file);
        }
      }
    }
  }

  private void openLayers() throws IOException {
    for (LayerList.Entry entry : list.entries().subList(0, list.entries().size() - 1)) {
      frozen.add(OverlayFile.openLayer(dir.resolve(entry.file())));
    }
    lower.set(stacked(frozen));
    top = OverlayFile.openWritable(dir.resolve(list.entries().getLast().file()), lower);
    for (BlockDevice layer : allLayers()) {
      if (layer.sizeBytes() != sizeBytes) {
        throw new CorruptImageException(
            Reason.INCONSISTENT,
            "%s: has %d bytes, its disk %d".formatted(layer, layer.sizeBytes(), sizeBytes));
      }
    }
  }

  /// Layers over the base, as one complete disk.
  private BlockDevice stacked(List<OverlayFile> layers) {
    BlockDevice stack = new Lower(base);
    for (OverlayFile layer : layers) {
      stack = LayeredDevice.over(layer, stack);
    }
    return stack;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public boolean writable() {
    return true;
  }

  private OverlayFile top() throws IOException {
    if (top == null) {
      throw new ClosedChannelException();
    }
    return top;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    gate.readLock().lock();
    try {
      top().read(offset, target);
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public void write(long offset, ByteBuffer source) throws IOException {
    gate.readLock().lock();
    try {
      top().write(offset, source);
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    gate.readLock().lock();
    try {
      top().zero(offset, length);
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    gate.readLock().lock();
    try {
      top().flush();
    } finally {
      gate.readLock().unlock();
    }
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    gate.readLock().lock();
    try {
      BlockDevice changes = top();
      if (!frozen.isEmpty()) {
        changes = frozen.getFirst();
        for (OverlayFile layer : frozen.subList(1, frozen.size())) {
          changes = LayeredDevice.over(layer, changes);
        }
        changes = LayeredDevice.over(top, changes);
      }
      return changes.extents(offset, length, limit);
    } finally {
      gate.readLock().unlock();
    }
  }

  /// The points in time, the oldest first.
  public List<String> snapshots() {
    gate.readLock().lock();
    try {
      return list.entries().stream().flatMap(entry -> entry.name().stream()).toList();
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
      if (list.indexOf(name) >= 0) {
        throw new IllegalArgumentException("there is a snapshot \"" + name + "\" already");
      }
      if (list.entries().size() == LayerList.MAX_LAYERS) {
        throw new IOException(
            dir + ": has " + LayerList.MAX_LAYERS + " layers already; merge snapshots first");
      }
      top().flush();
      List<LayerList.Entry> entries = new ArrayList<>(list.entries());
      LayerList.Entry last = entries.removeLast();
      entries.add(new LayerList.Entry(last.number(), Optional.of(name)));
      pushTop(entries);
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
      List<LayerList.Entry> kept = list.entries().subList(0, requireIndex(name) + 1);
      List<LayerList.Entry> dropped = list.entries().subList(kept.size(), list.entries().size());
      pushTop(kept);
      delete(dropped);
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

  /// Puts a new, empty layer over `below` and makes that the stack.
  private void pushTop(List<LayerList.Entry> below) throws IOException {
    LayerList.Entry fresh = new LayerList.Entry(list.nextNumber(), Optional.empty());
    OverlayFile.create(dir.resolve(fresh.file()), sizeBytes(), base).close();
    List<LayerList.Entry> entries = new ArrayList<>(below);
    entries.add(fresh);
    changeList(entries);
  }

  private void changeList(List<LayerList.Entry> entries) throws IOException {
    LayerList changed = list.with(entries);
    changed.write(dir);
    list = changed;
    closeLayers();
    openLayers();
  }

  private void delete(List<LayerList.Entry> entries) throws IOException {
    for (LayerList.Entry entry : entries) {
      Files.deleteIfExists(dir.resolve(entry.file()));
    }
  }

  private int requireIndex(String name) {
    int index = list.indexOf(name);
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
      List<OverlayFile> layers = new ArrayList<>();
      try {
        for (LayerList.Entry entry : list.entries().subList(0, requireIndex(name) + 1)) {
          layers.add(OverlayFile.openLayer(dir.resolve(entry.file())));
        }
      } catch (IOException e) {
        for (OverlayFile layer : layers) {
          layer.close();
        }
        throw e;
      }
      countViews(1);
      return new SnapshotView(stacked(layers), () -> countViews(-1));
    } finally {
      gate.readLock().unlock();
    }
  }

  /// Opens one layer: what was written between the snapshot before `name` and `name` itself, `HOLE`
  /// elsewhere. Read-only, closed by the caller before this disk.
  public BlockDevice openDelta(String name) throws IOException {
    gate.readLock().lock();
    try {
      LayerList.Entry entry = list.entries().get(requireIndex(name));
      OverlayFile layer = OverlayFile.openLayer(dir.resolve(entry.file()));
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
        List<LayerList.Entry> entries = new ArrayList<>(list.entries());
        entries.set(index, new LayerList.Entry(entries.get(index).number(), Optional.empty()));
        changeList(entries); // from here on its content is nobody's
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
      int index = firstNameless();
      while (index >= 0) {
        mergeUp(index);
        index = firstNameless();
      }
    } finally {
      structure.unlock();
    }
  }

  /// A layer that has lost its name and is not the last, or -1.
  private int firstNameless() {
    List<LayerList.Entry> entries = list.entries();
    for (int i = 0; i < entries.size() - 1; i++) {
      if (entries.get(i).name().isEmpty()) {
        return i;
      }
    }
    return -1;
  }

  private void mergeUp(int index) throws IOException {
    boolean intoTop = index + 2 == list.entries().size();
    if (!intoTop) {
      copyUp(index);
    }
    gate.writeLock().lock();
    try {
      if (intoTop) {
        top().flush();
        copyUp(index);
      }
      List<LayerList.Entry> entries = new ArrayList<>(list.entries());
      LayerList.Entry newer = entries.remove(index + 1);
      entries.set(index, new LayerList.Entry(entries.get(index).number(), newer.name()));
      changeList(entries);
      delete(List.of(newer));
    } finally {
      gate.writeLock().unlock();
    }
  }

  /// Copies the layer behind `index` into the one at `index`, which it hides, so that every read on
  /// the way finds the same. Whole blocks, so that nothing is filled up from below.
  private void copyUp(int index) throws IOException {
    try (OverlayFile from = OverlayFile.openLayer(file(index + 1));
        OverlayFile into = OverlayFile.openWritable(file(index), new Lower(base))) {
      copyChanges(from, into);
      into.flush();
    }
  }

  private Path file(int index) {
    return dir.resolve(list.entries().get(index).file());
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
          list.entries().stream()
              .map(entry -> new LayerList.Entry(entry.number(), Optional.empty()))
              .toList();
      // Points in time show the base below them: they are gone before it changes.
      changeList(merged);
      copyChanges(this, target);
      target.flush();
      pushTop(List.of());
      delete(merged);
    } finally {
      unlockAll();
    }
  }

  private static void copyChanges(BlockDevice changes, BlockDevice target) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    long size = changes.sizeBytes();
    long at = 0;
    while (at < size) {
      for (Extent extent : changes.extents(at, size - at, EXTENTS_PER_STEP)) {
        switch (extent.kind()) {
          case DATA -> copy(changes, extent, target, buffer);
          case ZERO -> target.zero(extent.offset(), extent.length());
          case HOLE -> {}
        }
        at = extent.end();
      }
    }
  }

  private static void copy(BlockDevice source, Extent extent, BlockDevice target, ByteBuffer buffer)
      throws IOException {
    for (long at = extent.offset(); at < extent.end(); at += buffer.capacity()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), extent.end() - at));
      source.read(at, buffer);
      target.write(at, buffer.flip());
    }
  }

  /// Writes the whole disk as a new image that needs no base. The disk must not be written
  /// meanwhile; a snapshot can be flattened by writing what [#openSnapshot] opens.
  ///
  /// @param progress is told how many bytes of the disk are done
  public void flatten(ImageFormat format, Path target, LongConsumer progress) throws IOException {
    format.write(LayeredDevice.over(new Lower(this), new Lower(base)), target, progress);
  }

  private List<BlockDevice> allLayers() {
    List<BlockDevice> all = new ArrayList<>(frozen);
    if (top != null) {
      all.add(top);
    }
    return all;
  }

  private void closeLayers() throws IOException {
    List<BlockDevice> all = allLayers();
    top = null;
    frozen.clear();
    for (BlockDevice layer : all) {
      layer.close();
    }
  }

  /// Makes everything durable first. The base stays open.
  @Override
  public void close() throws IOException {
    lockAll();
    try (lockFile) {
      closeLayers();
    } finally {
      unlockAll();
    }
  }

  @Override
  public String toString() {
    return dir.toString();
  }
}
