package io.landfall.transfer.lifecycle.qemu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Keeps a monitor's events until there is somebody for them: a monitor talks as soon as it is
/// connected, and the VM that listens is made from what it is asked first.
final class EventRelay implements Consumer<QmpEvent> {
  /// A VM that is being loaded tells a handful.
  private static final int MAX_KEPT = 1000;

  private final ReentrantLock lock = new ReentrantLock();
  private final List<QmpEvent> kept = new ArrayList<>(); // guarded by lock
  private Consumer<QmpEvent> target; // guarded by lock; null until there is one

  @Override
  public void accept(QmpEvent event) {
    lock.lock();
    try {
      if (target != null) {
        target.accept(event);
      } else if (kept.size() < MAX_KEPT) {
        kept.add(event);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Hands over what was kept, and everything from now on.
  void to(Consumer<QmpEvent> listener) {
    lock.lock();
    try {
      kept.forEach(listener);
      kept.clear();
      target = listener;
    } finally {
      lock.unlock();
    }
  }
}
