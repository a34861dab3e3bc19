package io.landfall.transfer.daemon;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets so many transfers of one direction run at once, with HTCondor's policy: of the users that
/// wait, the one with the fewest running goes first; among equals, the one that was served longest
/// ago. One user's transfers go in the order in which they came. Any thread.
final class TransferQueue {
  /// Users whose last turn is remembered: nobody who has nothing running or waiting needs more.
  private static final int MAX_REMEMBERED = 10_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Slot> waiting = new ArrayList<>(); // guarded by lock; in order of arrival
  private final Map<String, Integer> running = new HashMap<>(); // guarded by lock; by user
  private final Map<String, Long> served =
      new HashMap<>(); // guarded by lock; turn of the last service
  private int total; // guarded by lock; of running
  private int limit; // guarded by lock
  private int held = Integer.MAX_VALUE; // guarded by lock; the limit while the disk is busy
  private long turn; // guarded by lock

  /// @param limit how many at once; 0 for no limit, as in HTCondor
  TransferQueue(int limit) {
    limit(limit);
  }

  /// Changes how many may run at once. Those that run already run on, however many they are.
  void limit(int atOnce) {
    lock.lock();
    try {
      limit = atOnce == 0 ? Integer.MAX_VALUE : atOnce;
      grant();
    } finally {
      lock.unlock();
    }
  }

  /// Lets no more than so many run for now, whatever the limit. Those that run already run on.
  void hold(int atOnce) {
    lock.lock();
    try {
      held = atOnce;
      grant();
    } finally {
      lock.unlock();
    }
  }

  /// Whether somebody waits who would have a turn if the queue were not held.
  boolean holdsBack() {
    lock.lock();
    try {
      return !waiting.isEmpty() && total >= held && total < limit;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for a turn of `user`; closing what is returned ends it.
  Slot enter(String user) throws InterruptedException {
    Slot slot = new Slot(user);
    lock.lock();
    try {
      waiting.add(slot);
      grant();
      while (!slot.granted) {
        changed.await();
      }
      return slot;
    } catch (InterruptedException e) {
      leave(slot);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /// How many wait.
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /// How many have their turn.
  int running() {
    lock.lock();
    try {
      return total;
    } finally {
      lock.unlock();
    }
  }

  private void grant() {
    while (total < Math.min(limit, held) && !waiting.isEmpty()) {
      Slot next = waiting.getFirst();
      for (Slot slot : waiting) {
        if (before(slot, next)) {
          next = slot;
        }
      }
      waiting.remove(next);
      next.granted = true;
      total++;
      running.merge(next.user, 1, Integer::sum);
      remember(next.user);
      changed.signalAll();
    }
  }

  private boolean before(Slot a, Slot b) {
    int byRunning = Integer.compare(runningOf(a), runningOf(b));
    return byRunning != 0
        ? byRunning < 0
        : served.getOrDefault(a.user, 0L) < served.getOrDefault(b.user, 0L);
  }

  private int runningOf(Slot slot) {
    return running.getOrDefault(slot.user, 0);
  }

  private void remember(String user) {
    if (served.size() >= MAX_REMEMBERED) {
      served.keySet().retainAll(running.keySet());
    }
    served.put(user, ++turn);
  }

  private void leave(Slot slot) {
    lock.lock();
    try {
      if (slot.granted) {
        slot.granted = false;
        total--;
        running.computeIfPresent(slot.user, (_, count) -> count == 1 ? null : count - 1);
        grant();
      } else {
        waiting.remove(slot);
      }
    } finally {
      lock.unlock();
    }
  }

  /// A transfer's turn.
  final class Slot implements AutoCloseable {
    private final String user;
    private boolean granted; // guarded by lock

    private Slot(String user) {
      this.user = user;
    }

    /// The transfer has ended.
    @Override
    public void close() {
      leave(this);
    }
  }
}
