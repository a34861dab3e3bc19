package io.landfall.transfer.tree;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/// The SHA-256 of each small file of a tree, made beside its pack and not in front of it: a
/// receiver hashes what it writes and compares at the end. Any thread.
final class TreeDigests implements AutoCloseable {
  /// Bytes of one digest.
  static final int SIZE_BYTES = 32;

  /// Taken by a thread at once: files of one directory, mostly.
  private static final int FILES_AT_ONCE = 32;

  private final HeldDirectory root;
  private final List<TreeEntry> files;
  private byte[] digests; // guarded by this; each file's place is written by one thread
  private int next; // guarded by this
  private int done; // guarded by this
  private int threads; // guarded by this; that are at it
  private boolean begun; // guarded by this
  private boolean closed; // guarded by this
  private IOException failure; // guarded by this

  TreeDigests(HeldDirectory root, List<TreeEntry> files) {
    this.root = root;
    this.files = files;
  }

  /// The SHA-256 of the remaining bytes, which are consumed.
  static ByteBuffer of(ByteBuffer content) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(content);
      return ByteBuffer.wrap(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// Starts, unless that was done before.
  void begin(Executor hashing) {
    synchronized (this) {
      if (begun) {
        return;
      }
      begun = true;
    }
    try {
      hashing.execute(this::work);
    } catch (RejectedExecutionException e) {
      return; // who awaits them makes them
    }
  }

  /// All of them, one behind the other; the calling thread helps.
  byte[] await() throws IOException {
    work();
    synchronized (this) {
      while (done < files.size() && failure == null && !closed) {
        pause();
      }
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      if (closed) {
        throw new IOException("the tree is closed");
      }
      return place();
    }
  }

  private void work() {
    long largest = 0;
    for (TreeEntry file : files) {
      largest = Math.max(largest, file.sizeBytes());
    }
    try (Arena arena = Arena.ofConfined();
        PackReader reader = new PackReader(root)) {
      ByteBuffer content = arena.allocate(largest).asByteBuffer();
      for (int from = take(); from >= 0; ) {
        int to = Math.min(files.size(), from + FILES_AT_ONCE);
        for (int i = from; i < to; i++) {
          TreeEntry file = files.get(i);
          reader.read(file, 0, content.clear().limit((int) file.sizeBytes()));
          put(i, of(content.flip()));
        }
        from = takeNext(to - from);
      }
    } catch (IOException | RuntimeException e) {
      failed(e instanceof IOException io ? io : new IOException("hashing a tree: " + e, e));
    }
  }

  /// The first file that the caller, which joins the others, is to hash; -1 if there is none.
  private synchronized int take() {
    threads++;
    return takeNext(0);
  }

  private synchronized int takeNext(int finished) {
    done += finished;
    if (next >= files.size() || closed || failure != null) {
      threads--;
      notifyAll();
      return -1;
    }
    int from = next;
    next = Math.min(files.size(), next + FILES_AT_ONCE);
    return from;
  }

  private void put(int file, ByteBuffer digest) {
    digest.get(place(), file * SIZE_BYTES, SIZE_BYTES);
  }

  private synchronized byte[] place() {
    if (digests == null) {
      digests = new byte[files.size() * SIZE_BYTES];
    }
    return digests;
  }

  private synchronized void failed(IOException e) {
    failure = e;
    threads--;
    notifyAll();
  }

  /// Waits for a notice; its callers hold this and look again. Guarded by this.
  @SuppressWarnings("WaitNotInLoop")
  private void pause() throws IOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a tree is hashed");
    }
  }

  /// Ends it; returns when nobody uses the directory any more.
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    notifyAll();
    while (threads > 0) {
      pause();
    }
  }
}
