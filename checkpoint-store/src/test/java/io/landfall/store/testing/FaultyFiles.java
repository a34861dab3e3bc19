package io.landfall.store.testing;

import io.landfall.store.io.FileLayer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Files with faults: the n-th operation fails, or the power goes at the n-th operation.
///
/// What a power cut leaves: of each file, what was forced, and of the rest a random part, the last
/// 512 bytes of which may be garbage; of the names, what was synced, and of later ones the first
/// few. Nothing is really forced, so a thousand runs take seconds.
public final class FaultyFiles implements FileLayer {
  private static final int SECTOR_BYTES = 512;

  private final FileLayer disk = FileLayer.disk();
  private final Path graveyard;
  private final long failAt;
  private final boolean powerCut;

  // guarded by this
  private long operations;
  private final Map<Path, Length> lengths = new HashMap<>();
  private final List<NameChange> unsynced = new ArrayList<>();

  /// How much of a file is written, and how much is forced.
  private static final class Length {
    private long written;
    private long forced;
  }

  /// A change of names in one directory that is not synced, and how to take it back.
  private record NameChange(Path directory, Path forget, Undo undo) {}

  private interface Undo {
    void run() throws IOException;
  }

  /// The failure that was asked for.
  public static final class InjectedException extends IOException {
    private static final long serialVersionUID = 1L;

    InjectedException(String message) {
      super(message);
    }
  }

  private FaultyFiles(Path graveyard, long failAt, boolean powerCut) {
    this.graveyard = graveyard;
    this.failAt = failAt;
    this.powerCut = powerCut;
  }

  /// Only operation `n` fails.
  public static FaultyFiles failing(Path graveyard, long n) {
    return new FaultyFiles(graveyard, n, false);
  }

  /// From operation `n` on all fail; [#cutPower] then makes the files what a power cut leaves.
  public static FaultyFiles cutting(Path graveyard, long n) {
    return new FaultyFiles(graveyard, n, true);
  }

  /// Operations so far.
  public synchronized long operations() {
    return operations;
  }

  private synchronized void step(String what) throws IOException {
    long n = operations++;
    if (n == failAt || (powerCut && n > failAt)) {
      throw new InjectedException("injected into operation " + n + ": " + what);
    }
  }

  @Override
  public WritableFile create(Path path) throws IOException {
    step("create " + path);
    WritableFile file = disk.create(path);
    synchronized (this) {
      lengths.put(path, new Length());
      unsynced.add(new NameChange(path.getParent(), path, () -> Files.deleteIfExists(path)));
    }
    return new File(path, file);
  }

  @Override
  public WritableFile open(Path path) throws IOException {
    step("open " + path);
    synchronized (this) {
      Length length = new Length();
      length.written = Files.size(path);
      length.forced = length.written;
      lengths.putIfAbsent(path, length);
    }
    return new File(path, disk.open(path));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step("rename " + from + " to " + to);
    synchronized (this) {
      Path replaced = graveyard.resolve("replaced-" + operations);
      if (Files.exists(to)) {
        Files.copy(to, replaced);
      }
      disk.rename(from, to);
      moveLength(from, to);
      unsynced.add(
          new NameChange(
              to.getParent(),
              from,
              () -> {
                if (Files.exists(to)) {
                  Files.move(to, from);
                  moveLength(to, from);
                }
                if (Files.exists(replaced)) {
                  Files.move(replaced, to);
                }
              }));
    }
  }

  /// A file that was deleted and came back is not followed any further.
  private void moveLength(Path from, Path to) {
    Length length = lengths.remove(from);
    if (length != null) {
      lengths.put(to, length);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    step("delete " + path);
    if (!Files.exists(path)) {
      return;
    }
    synchronized (this) {
      Path grave = graveyard.resolve("grave-" + operations);
      Files.move(path, grave);
      unsynced.add(
          new NameChange(
              path.getParent(),
              path,
              () -> {
                if (Files.exists(grave) && !Files.exists(path)) {
                  Files.move(grave, path);
                }
              }));
    }
  }

  @Override
  public void createDirectory(Path path) throws IOException {
    step("create directory " + path);
    disk.createDirectory(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step("sync " + directory);
    synchronized (this) {
      List<Path> settled = new ArrayList<>();
      for (NameChange change : unsynced) {
        if (change.directory().equals(directory)) {
          settled.add(change.forget());
        }
      }
      // A file that was renamed into this directory exists, so its creation elsewhere is settled.
      unsynced.removeIf(
          change -> change.directory().equals(directory) || settled.contains(change.forget()));
    }
  }

  private final class File implements WritableFile {
    private final Path path;
    private final WritableFile file;
    private final Length length;

    File(Path path, WritableFile file) {
      this.path = path;
      this.file = file;
      synchronized (FaultyFiles.this) {
        this.length = lengths.get(path);
      }
    }

    @Override
    public void write(long offset, ByteBuffer bytes) throws IOException {
      int half = bytes.remaining() / 2;
      try {
        step("write " + path);
      } catch (InjectedException e) {
        // A write that fails may have written some.
        ByteBuffer part = bytes.slice(bytes.position(), half);
        file.write(offset, part);
        note(offset + half);
        throw e;
      }
      long end = offset + bytes.remaining();
      file.write(offset, bytes);
      note(end);
    }

    private void note(long end) {
      synchronized (FaultyFiles.this) {
        length.written = Math.max(length.written, end);
      }
    }

    @Override
    public void force() throws IOException {
      step("force " + path);
      synchronized (FaultyFiles.this) {
        length.forced = length.written;
      }
    }

    @Override
    public void truncate(long end) throws IOException {
      step("truncate " + path);
      file.truncate(end);
      synchronized (FaultyFiles.this) {
        length.written = end;
        length.forced = Math.min(length.forced, end);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /// Makes the files what a power cut at this moment leaves of them.
  public synchronized void cutPower(Random random) throws IOException {
    int kept = random.nextInt(unsynced.size() + 1);
    for (int i = unsynced.size() - 1; i >= kept; i--) {
      unsynced.get(i).undo().run();
    }
    for (Map.Entry<Path, Length> file : lengths.entrySet()) {
      if (Files.exists(file.getKey())) {
        cut(file.getKey(), file.getValue(), random);
      }
    }
  }

  private static void cut(Path path, Length length, Random random) throws IOException {
    long loose = length.written - length.forced;
    if (loose <= 0) {
      return;
    }
    long end = length.forced + random.nextLong(loose + 1);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(end);
      if (random.nextBoolean()) {
        byte[] garbage = new byte[(int) Math.min(SECTOR_BYTES, end - length.forced)];
        random.nextBytes(garbage);
        file.seek(end - garbage.length);
        file.write(garbage);
      }
    }
  }
}
