package io.landfall.store.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Packs open for reading: at most [#MAX_OPEN] file handles, the longest unused closed first.
///
/// A channel may be closed while another thread reads from it (by eviction, or because a reading
/// thread was interrupted); that thread opens it again.
public final class PackReaders implements AutoCloseable {
  static final int MAX_OPEN = 64;
  private static final int MAX_ATTEMPTS = 5;

  private final PackDirectory directory;
  private final Map<Long, PackFile> open = new LinkedHashMap<>(16, 0.75f, true); // guarded by this

  /// Reads packs of `directory`; closes what it opened.
  public PackReaders(PackDirectory directory) {
    this.directory = directory;
  }

  /// Fills `target` from pack `pack`.
  ///
  /// @throws NoSuchFileException if there is no such pack
  public void read(long pack, long offset, ByteBuffer target) throws IOException {
    int position = target.position();
    for (int attempt = 1; ; attempt++) {
      PackFile file = file(pack);
      try {
        file.read(offset, target.position(position));
        return;
      } catch (ClosedChannelException e) {
        forget(pack, file);
        if (attempt == MAX_ATTEMPTS || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
    }
  }

  private PackFile file(long pack) throws IOException {
    synchronized (this) {
      PackFile known = open.get(pack);
      if (known != null) {
        return known;
      }
    }
    PackFile opened = openNow(pack);
    synchronized (this) {
      PackFile raced = open.putIfAbsent(pack, opened);
      if (raced != null) {
        opened.close();
        return raced;
      }
      if (open.size() > MAX_OPEN) {
        var eldest = open.entrySet().iterator();
        PackFile evicted = eldest.next().getValue();
        eldest.remove();
        evicted.close();
      }
      return opened;
    }
  }

  private PackFile openNow(long pack) throws IOException {
    try {
      return PackFile.open(directory.sealed(pack));
    } catch (NoSuchFileException notSealed) {
      Path path = directory.open(pack);
      try {
        return PackFile.open(path);
      } catch (NoSuchFileException sealedMeanwhile) {
        return PackFile.open(directory.sealed(pack));
      }
    }
  }

  /// Closes a pack that is about to be removed.
  public synchronized void forget(long pack) throws IOException {
    PackFile file = open.remove(pack);
    if (file != null) {
      file.close();
    }
  }

  private synchronized void forget(long pack, PackFile file) throws IOException {
    open.remove(pack, file);
    file.close();
  }

  @Override
  public synchronized void close() throws IOException {
    for (PackFile file : open.values()) {
      file.close();
    }
    open.clear();
  }
}
