package io.landfall.snapshot.format.file;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// The most recently used values by file offset, never more than a number of bytes.
///
/// Any thread. Loading runs outside of the lock: two threads that miss at once load twice, which is
/// cheaper than one waiting for the disk while it holds the lock.
public final class BoundedCache<V> {

  /// Reads a value that is not in the cache.
  @FunctionalInterface
  public interface Loader<V> {
    /// The value of `key`.
    V load(long key) throws IOException;
  }

  /// Weighs a value in bytes.
  @FunctionalInterface
  public interface Weigher<V> {
    /// The bytes that `value` keeps.
    int bytes(V value);
  }

  private final long maxBytes;
  private final Weigher<V> weigher;
  private final Map<Long, V> values = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
  private long bytes; // guarded by this

  public BoundedCache(long maxBytes, Weigher<V> weigher) {
    this.maxBytes = maxBytes;
    this.weigher = weigher;
  }

  /// The value of `key`, loaded if it is not here.
  public V get(long key, Loader<V> loader) throws IOException {
    synchronized (this) {
      V present = values.get(key);
      if (present != null) {
        return present;
      }
    }
    V loaded = loader.load(key);
    put(key, loaded);
    return loaded;
  }

  /// The value of `key`, or null if it is not here.
  public synchronized V present(long key) {
    return values.get(key);
  }

  private synchronized void put(long key, V value) {
    if (values.putIfAbsent(key, value) != null) {
      return;
    }
    bytes += weigher.bytes(value);
    Iterator<V> oldest = values.values().iterator();
    while (bytes > maxBytes && values.size() > 1) {
      bytes -= weigher.bytes(oldest.next());
      oldest.remove();
    }
  }
}
