package io.landfall.transfer.lifecycle;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/// A VM's state machine with a memory: every transition is durable before [#on] returns, so a
/// driver that calls it first and acts then can always be found out about.
///
/// Thread-safe. The lock is held over one small write; its order is the order of the states.
public final class VmJournal {
  private final Path workDir;
  private final ReentrantLock lock = new ReentrantLock();
  private final Lifecycle lifecycle; // guarded by lock
  private VmRecord last; // guarded by lock

  private VmJournal(Path workDir, VmRecord last) {
    this.workDir = workDir;
    this.last = last;
    this.lifecycle = new Lifecycle(last.state());
  }

  /// Begins the life of a VM in a directory, forgetting what was there.
  public static VmJournal begin(VmSpec spec, String driver) throws IOException {
    VmRecord record = VmRecord.prepared(driver, spec.jobId(), Instant.now());
    record.write(spec.workDir());
    return new VmJournal(spec.workDir(), record);
  }

  /// Goes on with a VM that was left behind.
  public static VmJournal continuing(Path workDir, VmRecord record) {
    return new VmJournal(workDir, record);
  }

  /// The state now.
  public VmState state() {
    lock.lock();
    try {
      return lifecycle.state();
    } finally {
      lock.unlock();
    }
  }

  /// What is on disk now.
  public VmRecord last() {
    lock.lock();
    try {
      return last;
    } finally {
      lock.unlock();
    }
  }

  /// Moves on, durably.
  ///
  /// @throws IllegalStateException if the event cannot happen in this state
  public void on(Lifecycle.Event event) throws IOException {
    lock.lock();
    try {
      VmState next =
          lifecycle
              .after(event)
              .orElseThrow(() -> new IllegalStateException(refusal(event, lifecycle.state())));
      write(last.in(next, Instant.now()));
      lifecycle.on(event);
    } finally {
      lock.unlock();
    }
  }

  /// Moves on if that can happen in this state.
  ///
  /// @return whether it could
  public boolean tryOn(Lifecycle.Event event) throws IOException {
    lock.lock();
    try {
      if (lifecycle.after(event).isEmpty()) {
        return false;
      }
      on(event);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the life; harmless if it has ended.
  public void end(EndReason reason) throws IOException {
    lock.lock();
    try {
      Lifecycle.Event event =
          reason == EndReason.SAVED ? Lifecycle.Event.SAVED : Lifecycle.Event.ENDED;
      if (lifecycle.after(event).isPresent()) {
        last = last.ended(reason);
        on(event);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Notes who runs the VM.
  public void runBy(Path sockets, long pid, long processStart) throws IOException {
    lock.lock();
    try {
      write(last.runBy(sockets, pid, processStart));
    } finally {
      lock.unlock();
    }
  }

  private void write(VmRecord record) throws IOException {
    record.write(workDir);
    last = record;
  }

  private String refusal(Lifecycle.Event event, VmState state) {
    return "%s: %s cannot happen to a VM that is %s".formatted(last.jobId(), event, state);
  }
}
