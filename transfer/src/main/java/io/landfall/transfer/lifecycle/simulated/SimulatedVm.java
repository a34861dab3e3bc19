package io.landfall.transfer.lifecycle.simulated;

import io.landfall.transfer.guest.WorkPlan.Ending;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.Lifecycle.Event;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmJournal;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A VM whose virtual CPU is a thread of this process.
///
/// Threads: one lock covers a step and a verb alike, so a verb finds the guest between two steps.
final class SimulatedVm implements Vm {
  private static final Logger LOG = System.getLogger(SimulatedVm.class.getName());

  private final VmSpec spec;
  private final VmJournal journal;
  private final SimulatedGuest guest;
  private final String machine;
  private final byte[] deviceState;
  private final Pace pace;
  private final Thread cpu;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final CompletableFuture<EndReason> end = new CompletableFuture<>();

  SimulatedVm(
      VmSpec spec,
      VmJournal journal,
      SimulatedGuest guest,
      String machine,
      byte[] deviceState,
      Pace pace) {
    this.spec = spec;
    this.journal = journal;
    this.guest = guest;
    this.machine = machine;
    this.deviceState = deviceState;
    this.pace = pace;
    this.cpu = Thread.ofVirtual().name("cpu of " + spec.jobId()).start(this::run);
  }

  // ---- the virtual CPU

  private void run() {
    try {
      while (awaitRunning()) {
        pace.awaitStep(guest.plan());
        stepOrEnd();
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "{0}: CPU stopped", spec.jobId());
    } catch (IOException e) {
      LOG.log(Level.ERROR, spec.jobId() + ": simulated hypervisor", e);
      finish(EndReason.LOST);
    }
  }

  /// @return false when the VM is over
  private boolean awaitRunning() throws InterruptedException {
    lock.lock();
    try {
      while (state() != VmState.RUNNING && !end.isDone()) {
        changed.await();
      }
      return !end.isDone();
    } finally {
      lock.unlock();
    }
  }

  private void stepOrEnd() throws IOException, InterruptedException {
    lock.lock();
    try {
      if (state() != VmState.RUNNING) {
        return;
      }
      if (!guest.done()) {
        tryStep();
        return;
      }
      guest.sayDone();
      if (guest.plan().ending() == Ending.HANG) {
        while (!end.isDone()) {
          changed.await();
        }
        return;
      }
      finish(endOf(guest.plan().ending()));
    } finally {
      lock.unlock();
    }
  }

  /// A disk that fails stops the guest; its step was not made and is tried again.
  private void tryStep() throws IOException {
    try {
      guest.step();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0}: {1}", spec.jobId(), e.getMessage());
      journal.on(Event.IO_FAILED);
    }
  }

  private static EndReason endOf(Ending ending) {
    return switch (ending) {
      case POWER_OFF -> EndReason.COMPLETED;
      case RESET -> EndReason.REBOOTED;
      case PANIC -> EndReason.CRASHED;
      case HANG -> throw new IllegalArgumentException("a guest that hangs does not end");
    };
  }

  // ---- verbs

  @Override
  public VmState state() {
    return journal.state();
  }

  @Override
  public void resume() throws IOException {
    change(Event.RESUMED);
  }

  @Override
  public void pause() throws IOException {
    change(Event.PAUSED);
  }

  private void change(Event event) throws IOException {
    lock.lock();
    try {
      journal.on(event);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public SavedState save() throws IOException {
    lock.lock();
    try {
      if (end.isDone()) {
        throw new VmException(
            Reason.ENDED, "%s: %s before it was saved".formatted(spec.jobId(), end.join()));
      }
      journal.on(Event.SAVE_BEGAN);
      try {
        guest.flush();
      } catch (IOException e) {
        journal.on(Event.SAVE_FAILED);
        throw new VmException(Reason.FAILED_TO_SAVE, spec.jobId() + ": " + e.getMessage(), e);
      }
      finish(EndReason.SAVED);
      return new SavedState(spec.memoryFile(), deviceState, machine);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void powerdown(Duration patience) throws IOException {
    lock.lock();
    try {
      boolean heard = state() == VmState.RUNNING && !guest.done();
      if (heard) {
        guest.sayButton();
      }
      finish(heard ? EndReason.COMPLETED : EndReason.KILLED);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void kill() {
    finish(EndReason.KILLED);
  }

  @Override
  public CompletableFuture<EndReason> end() {
    return end.copy();
  }

  @Override
  public Path console() {
    return spec.consoleFile();
  }

  @Override
  public void close() {
    kill();
  }

  /// Ends the VM, once.
  private void finish(EndReason reason) {
    lock.lock();
    try {
      if (end.isDone()) {
        return;
      }
      end.complete(settle(reason));
      changed.signalAll();
      cpu.interrupt();
    } finally {
      lock.unlock();
    }
  }

  private EndReason settle(EndReason reason) {
    EndReason settled = reason;
    try {
      try (guest) {
        guest.flush();
      }
    } catch (IOException e) {
      LOG.log(Level.ERROR, spec.jobId() + ": what it wrote is not durable", e);
      settled = EndReason.LOST;
    }
    try {
      journal.end(settled);
    } catch (IOException e) {
      LOG.log(Level.ERROR, spec.jobId() + ": its end cannot be noted", e);
    }
    return settled;
  }
}
