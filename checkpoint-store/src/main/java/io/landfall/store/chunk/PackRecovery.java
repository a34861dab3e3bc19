package io.landfall.store.chunk;

import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.io.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Seals the packs that a crash left open.
///
/// Records are believed one by one, header and payload by their checksums, up to the first that is
/// torn. A committed checkpoint may say that the pack was durable farther than that: then the disk
/// lost what it had promised, the damage is skipped, and what lies behind it is kept.
final class PackRecovery {
  private static final System.Logger LOG = System.getLogger(PackRecovery.class.getName());

  private final FileLayer files;
  private final PackDirectory directory;

  PackRecovery(FileLayer files, PackDirectory directory) {
    this.files = files;
    this.directory = directory;
  }

  /// Seals pack `sequence`, or removes it if nothing in it is of use.
  ///
  /// @param needed how far committed checkpoints say that it was durable
  /// @throws DamagedPackException if it has no header although it is needed
  void seal(long sequence, long needed) throws IOException {
    Path path = directory.open(sequence);
    List<PackEntry> entries;
    PackHeader header;
    try (PackFile pack = PackFile.open(path)) {
      header = pack.header();
      entries = intactRecords(pack, needed);
    } catch (DamagedPackException e) {
      if (needed > 0) {
        throw e;
      }
      entries = List.of();
      header = null;
    }
    if (entries.isEmpty()) {
      files.delete(path);
      files.syncDirectory(directory.group(sequence));
    } else {
      writeTable(sequence, header, entries);
    }
  }

  private void writeTable(long sequence, PackHeader header, List<PackEntry> entries)
      throws IOException {
    Path path = directory.open(sequence);
    long end = entries.getLast().end();
    try (FileLayer.WritableFile file = files.open(path)) {
      file.truncate(end);
      file.write(end, PackTable.encode(header, entries, end));
      file.force();
    }
    files.rename(path, directory.sealed(sequence));
    files.syncDirectory(directory.group(sequence));
  }

  private static List<PackEntry> intactRecords(PackFile pack, long needed) throws IOException {
    List<PackEntry> intact = new ArrayList<>();
    long size = pack.sizeBytes();
    long at = PackHeader.SIZE_BYTES;
    while (at < size) {
      for (PackEntry entry : pack.scan(at, size)) {
        if (!isIntact(pack, entry)) {
          break;
        }
        intact.add(entry);
        at = entry.end();
      }
      if (at >= Math.min(needed, size)) {
        break;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} at {1}: damaged although a checkpoint needs it; run verify",
          pack.path(),
          Long.toString(at));
      at = pack.nextHeader(at + 1, size);
    }
    return intact;
  }

  private static boolean isIntact(PackFile pack, PackEntry entry) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(entry.header().totalLength());
    pack.read(entry.offset(), bytes);
    try {
      EncodedChunk.readFrom(bytes.flip()).requireIntact();
      return true;
    } catch (CorruptChunkException e) {
      return false;
    }
  }
}
