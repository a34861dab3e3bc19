package io.landfall.transfer.landing;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The file that an image is landed in before it has its name: `.NAME.part` beside the target, with
/// its journal `.NAME.part.journal`.
final class PartFile implements AutoCloseable {
  private static final int EXTENTS_AT_ONCE = 1024;

  private final Path target;
  private final Path path;
  private final Path journalPath;
  private final Journal journal;
  private final RangeSet resumed;
  private final RawFile file;

  private PartFile(Path target, Journal journal, RangeSet resumed, RawFile file) {
    this.target = target;
    this.path = pathFor(target);
    this.journalPath = journalFor(target);
    this.journal = journal;
    this.resumed = resumed;
    this.file = file;
  }

  static Path pathFor(Path target) {
    return target.resolveSibling("." + target.getFileName() + ".part");
  }

  static Path journalFor(Path target) {
    return target.resolveSibling("." + target.getFileName() + ".part.journal");
  }

  /// Opens the part file of `target`, going on with one of the same content or starting anew.
  static PartFile open(Path target, ContentKey key) throws IOException {
    Journal journal = Journal.open(journalFor(target));
    try {
      RangeSet durable = usable(pathFor(target), key) ? journal.durable(key) : new RangeSet();
      if (durable.isEmpty()) {
        Files.deleteIfExists(pathFor(target));
        journal.begin(key);
        return new PartFile(
            target, journal, durable, RawFile.create(pathFor(target), key.sizeBytes()));
      }
      return new PartFile(target, journal, durable, RawFile.openWritable(pathFor(target)));
    } catch (IOException e) {
      journal.close();
      throw e;
    }
  }

  /// Whether there is a part of the right size that is no more than a part: one with a second name
  /// is an image that was landed just before a crash, and must not be written to.
  private static boolean usable(Path part, ContentKey key) throws IOException {
    return Files.isRegularFile(part)
        && Files.size(part) == key.sizeBytes()
        && (Integer) Files.getAttribute(part, "unix:nlink") == 1;
  }

  RawFile file() {
    return file;
  }

  Journal journal() {
    return journal;
  }

  /// What an earlier landing left, durable.
  RangeSet resumed() {
    return resumed;
  }

  /// Makes a hole of whatever lies outside the durable ranges: leftovers of a landing that was
  /// killed between a write and its sync.
  void clearAllBut(RangeSet durable) throws IOException {
    for (Range range : dataOf(file).minus(durable).ranges()) {
      file.zero(range.offset(), range.length());
    }
  }

  /// What of a file lies on the disk.
  static RangeSet dataOf(RawFile file) throws IOException {
    RangeSet data = new RangeSet();
    long size = file.sizeBytes();
    long at = 0;
    while (at < size) {
      for (Extent extent : file.extents(at, size - at, EXTENTS_AT_ONCE)) {
        if (extent.kind() == Extent.Kind.DATA) {
          data.add(new Range(extent.offset(), extent.length()));
        }
        at = extent.end();
      }
    }
    return data;
  }

  /// Gives the durable file its name. Once this has returned the image is landed.
  void commit(boolean replace) throws IOException {
    file.flush();
    if (replace) {
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } else {
      nameWithoutReplacing();
    }
    syncDirectory();
    Files.deleteIfExists(path);
    Files.deleteIfExists(journalPath);
    syncDirectory();
  }

  /// A hard link fails if the name is taken, which a rename does not.
  private void nameWithoutReplacing() throws IOException {
    try {
      Files.createLink(target, path);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
      Files.move(path, target); // no hard links here: check, then rename
    }
  }

  private void syncDirectory() throws IOException {
    try (FileChannel directory =
        FileChannel.open(target.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /// Forgets everything that was landed.
  void discard() throws IOException {
    Files.deleteIfExists(path);
    Files.deleteIfExists(journalPath);
  }

  /// Notes that chunks are not what they should be.
  void revoke(List<Range> ranges) throws IOException {
    journal.revoked(ranges);
  }

  @Override
  public void close() throws IOException {
    try (journal) {
      file.close();
    }
  }
}
