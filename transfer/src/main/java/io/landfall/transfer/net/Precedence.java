package io.landfall.transfer.net;

import io.landfall.protocol.message.TransferMessage.Priority;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Who goes first over all connections of an endpoint: urgent answers before landings, and landings
/// before what is in the background. Who has to stand back still has a small share, so that nothing
/// starves: one byte for each [#SHARE] of those before it, and a frame each [#AT_LEAST_NANOS]. Any
/// thread.
///
/// An urgent answer holds others back only while its own connection takes it: one reader behind a
/// slow link must not slow down every landing. A landing holds the background back for as long as
/// anything is owed to it, since on a link that they share a connection of each would halve its
/// rate. Neither does while the rate of its owner is used up.
final class Precedence {
  /// So many bytes of those that go first for one of those that stand back.
  static final int SHARE = 16;

  /// After so long one frame goes in any case.
  static final long AT_LEAST_NANOS = 250_000_000;

  /// How soon who stands back looks again.
  static final long PAUSE_NANOS = 10_000_000;

  /// A connection that owes answers.
  interface Debtor {
    /// Whether others are to stand back for what it owes of that priority.
    boolean goesFirst(Priority priority);
  }

  private final Map<Priority, Set<Debtor>> owing = new EnumMap<>(Priority.class);
  private final Map<Priority, Share> shares = new EnumMap<>(Priority.class); // guarded by itself

  Precedence() {
    for (Priority priority : Priority.values()) {
      owing.put(priority, ConcurrentHashMap.newKeySet());
      shares.put(priority, new Share());
    }
  }

  /// Whether `debtor` owes anything of that priority from now on.
  void owes(Priority priority, Debtor debtor, boolean yes) {
    if (yes) {
      owing.get(priority).add(debtor);
    } else {
      owing.get(priority).remove(debtor);
    }
  }

  /// How long to wait before it is looked again whether a frame of that priority may go; 0 if it
  /// may go now.
  long waitNanos(Priority priority, long nowNanos) {
    if (!standsBack(priority)) {
      return 0;
    }
    synchronized (shares) {
      return shares.get(priority).mayGo(nowNanos) ? 0 : PAUSE_NANOS;
    }
  }

  private boolean standsBack(Priority priority) {
    return switch (priority) {
      case URGENT -> false;
      case LANDING -> anyGoesFirst(Priority.URGENT);
      case BACKGROUND -> anyGoesFirst(Priority.URGENT) || anyGoesFirst(Priority.LANDING);
    };
  }

  private boolean anyGoesFirst(Priority priority) {
    for (Debtor debtor : owing.get(priority)) {
      if (debtor.goesFirst(priority)) {
        return true;
      }
    }
    return false;
  }

  /// A frame of so many bytes of that priority goes.
  void spent(Priority priority, long bytes, long nowNanos) {
    boolean stoodBack = standsBack(priority);
    synchronized (shares) {
      shares.get(priority).spent(bytes, stoodBack, nowNanos);
      shares.forEach((other, share) -> {
        if (other.compareTo(priority) > 0) {
          share.earned(bytes);
        }
      });
    }
  }

  /// What one priority may still send while others go first.
  private static final class Share {
    private static final long MOST_BYTES = 1 << 20;

    private long earned; // bytes of the others
    private long sentAt = Long.MIN_VALUE; // never

    boolean mayGo(long nowNanos) {
      return earned > 0 || sentAt == Long.MIN_VALUE || nowNanos - sentAt >= AT_LEAST_NANOS;
    }

    /// @param stoodBack whether others went first; else it neither owes nor has anything after it
    void spent(long bytes, boolean stoodBack, long nowNanos) {
      earned = stoodBack ? Math.max(earned - bytes * SHARE, -MOST_BYTES * SHARE) : 0;
      sentAt = nowNanos;
    }

    void earned(long bytes) {
      earned = Math.min(earned + bytes, MOST_BYTES * SHARE);
    }
  }
}
