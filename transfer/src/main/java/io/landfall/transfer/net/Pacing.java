package io.landfall.transfer.net;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// When the next frame may go: what an endpoint sends is kept to a rate, and what it sends of each
/// owner to another. Any thread.
final class Pacing {
  /// Owners that are told apart; whoever comes when there are so many shares one rate with the
  /// others that did.
  static final int MAX_OWNERS = 10_000;

  private static final String NOBODY = "";
  private static final String OTHERS = "\0";

  private final Throttle all = new Throttle();
  private final Map<String, Throttle> owners = new ConcurrentHashMap<>();
  private volatile long eachBytesPerSecond;

  /// Changes what may be sent in all; 0 lifts the limit.
  void limitAll(long bytesPerSecond, long nowNanos) {
    all.limit(bytesPerSecond, nowNanos);
  }

  /// Changes what may be sent of each owner; 0 lifts the limit.
  void limitEach(long bytesPerSecond, long nowNanos) {
    eachBytesPerSecond = bytesPerSecond;
    if (bytesPerSecond == 0) {
      owners.clear();
    }
    owners.values().forEach(owner -> owner.limit(bytesPerSecond, nowNanos));
  }

  /// Whether owners wait apart from each other, so that a frame of another may go meanwhile.
  boolean tellsOwnersApart() {
    return eachBytesPerSecond > 0;
  }

  /// How long to wait before the next frame of that owner; 0 if it may go now. What is nobody's
  /// waits for the rate of all only.
  long waitNanos(String owner, long nowNanos) {
    return Math.max(all.waitNanos(nowNanos), ownWaitNanos(owner, nowNanos));
  }

  /// How long to wait for the rate of that owner alone.
  long ownWaitNanos(String owner, long nowNanos) {
    return limited(owner) ? of(owner, nowNanos).waitNanos(nowNanos) : 0;
  }

  /// A frame of so many bytes of that owner goes.
  void spent(String owner, long bytes, long nowNanos) {
    all.spent(bytes);
    if (limited(owner)) {
      of(owner, nowNanos).spent(bytes);
    }
  }

  private boolean limited(String owner) {
    return eachBytesPerSecond > 0 && !owner.equals(NOBODY);
  }

  private Throttle of(String owner, long nowNanos) {
    boolean room = owners.size() < MAX_OWNERS || owners.containsKey(owner);
    return owners.computeIfAbsent(
        room ? owner : OTHERS,
        _ -> {
          Throttle throttle = new Throttle();
          throttle.limit(eachBytesPerSecond, nowNanos);
          return throttle;
        });
  }
}
