package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.io.FileLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A pack that is being written: records are appended, forced, and at last sealed with a table.
///
/// A write that fails leaves the pack as it was before. A force that fails poisons it for good: the
/// kernel has marked the pages clean, so a second force would report success for bytes that never
/// reached the disk. What was not durable by then is cut off, and whoever wrote it writes it again
/// elsewhere.
///
/// Any thread.
final class OpenPack {
  private final FileLayer files;
  private final PackDirectory directory;
  private final PackHeader header;
  private final FileLayer.WritableFile file;
  private final Object forceLock = new Object();

  // guarded by this
  private final List<PackEntry> entries = new ArrayList<>();
  private final ByteBuffer record =
      ByteBuffer.allocateDirect(ChunkHeader.SIZE_BYTES + ChunkHeader.MAX_PAYLOAD_BYTES);
  private long length;
  private long durableLength;
  private int durableEntries;
  private boolean poisoned;
  private boolean sealed;

  private OpenPack(
      FileLayer files, PackDirectory directory, PackHeader header, FileLayer.WritableFile file) {
    this.files = files;
    this.directory = directory;
    this.header = header;
    this.file = file;
    this.length = PackHeader.SIZE_BYTES;
  }

  /// Makes a new pack whose name is durable.
  static OpenPack create(FileLayer files, PackDirectory directory, PackHeader header)
      throws IOException {
    Path group = directory.group(header.sequence());
    files.createDirectory(group);
    Path path = directory.open(header.sequence());
    FileLayer.WritableFile file = files.create(path);
    try {
      file.write(0, header.toBytes());
      files.syncDirectory(group);
      return new OpenPack(files, directory, header, file);
    } catch (IOException e) {
      file.close();
      files.delete(path);
      throw e;
    }
  }

  long sequence() {
    return header.sequence();
  }

  PackKind kind() {
    return header.kind();
  }

  synchronized long length() {
    return length;
  }

  synchronized int records() {
    return entries.size();
  }

  synchronized long durableLength() {
    return durableLength;
  }

  /// Appends a record; it can be read at once, and is durable after [#force].
  ///
  /// @throws io.landfall.store.io.StoreFullException if it does not fit; the pack stays usable
  synchronized ChunkLocation append(EncodedChunk chunk) throws IOException {
    if (poisoned || sealed) {
      throw new IOException(
          directory.open(sequence()) + ": takes no more chunks after an earlier failure");
    }
    chunk.writeTo(record.clear());
    try {
      file.write(length, record.flip());
    } catch (IOException e) {
      cutTo(length);
      throw e;
    }
    PackEntry entry = new PackEntry(length, chunk.header());
    entries.add(entry);
    length = entry.end();
    return entry.locationIn(sequence());
  }

  /// Takes notice of records that have become durable, in the order in which they did.
  @FunctionalInterface
  interface DurableSink {
    /// Notes `entries`, which are durable now.
    ///
    /// @param indexedLength how far the pack is durable; [Long#MAX_VALUE] once it is sealed
    void durable(long pack, List<PackEntry> entries, long indexedLength) throws IOException;
  }

  /// Returns when everything up to `end` would survive a power cut and `sink` has been told.
  void force(long end, DurableSink sink) throws IOException {
    synchronized (forceLock) {
      long upTo;
      synchronized (this) {
        requireHealthy(end);
        if (end <= durableLength) {
          return;
        }
        upTo = length;
      }
      forceFile();
      sink.durable(sequence(), durable(upTo), upTo);
    }
  }

  private void forceFile() throws IOException {
    try {
      file.force();
    } catch (IOException e) {
      poison(e);
      throw e;
    }
  }

  private synchronized List<PackEntry> durable(long upTo) {
    durableLength = upTo;
    int from = durableEntries;
    while (durableEntries < entries.size() && entries.get(durableEntries).end() <= upTo) {
      durableEntries++;
    }
    return List.copyOf(entries.subList(from, durableEntries));
  }

  private synchronized void requireHealthy(long end) throws IOException {
    if (poisoned && end > durableLength) {
      throw new IOException(
          directory.open(sequence())
              + ": could not be forced to disk earlier; what was not durable then must be stored"
              + " again");
    }
  }

  private synchronized void poison(IOException cause) {
    poisoned = true;
    try {
      cutTo(durableLength);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void cutTo(long end) throws IOException {
    try {
      file.truncate(end);
    } catch (IOException e) {
      poisoned = true;
      throw e;
    }
  }

  synchronized boolean poisoned() {
    return poisoned;
  }

  /// The records that were appended but are not durable.
  synchronized List<PackEntry> undurable() {
    return List.copyOf(entries.subList(durableEntries, entries.size()));
  }

  /// Writes the table, forces everything, renames the pack to its sealed name and tells `sink`; or
  /// removes it if it holds nothing.
  void seal(DurableSink sink) throws IOException {
    synchronized (forceLock) {
      ByteBuffer table;
      synchronized (this) {
        requireHealthy(Long.MAX_VALUE);
        sealed = true;
        table = PackTable.encode(header, entries, length);
      }
      if (records() == 0) {
        file.close();
        files.delete(directory.open(sequence()));
        return;
      }
      file.write(length(), table);
      forceFile();
      files.rename(directory.open(sequence()), directory.sealed(sequence()));
      files.syncDirectory(directory.group(sequence()));
      file.close();
      sink.durable(sequence(), durable(length()), Long.MAX_VALUE);
    }
  }

  /// Leaves the pack as it is, for recovery to seal.
  void abandon() throws IOException {
    file.close();
  }
}
