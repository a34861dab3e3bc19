package io.landfall.transfer.lifecycle.vmware;

import io.landfall.store.io.DurableFiles;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// A VM of VMware's.
///
/// Threads: one lock covers a verb and a look at what runs alike.
final class VmwareVm implements Vm {
  private static final Logger LOG = System.getLogger(VmwareVm.class.getName());

  /// VMware goes on with a VM behind the command that has returned.
  private static final Duration SETTLING = Duration.ofMinutes(5);

  private static final long LOOK_MILLIS = 250;

  private final VmSpec spec;
  private final VmJournal journal;
  private final Vmrun vmrun;
  private final Duration interval;
  private final Path vmx;
  private final ReentrantLock verbs = new ReentrantLock();
  private final CompletableFuture<EndReason> end = new CompletableFuture<>();
  private SavedState saved; // guarded by verbs

  VmwareVm(VmSpec spec, VmJournal journal, Vmrun vmrun, Duration interval) throws IOException {
    this.spec = spec;
    this.journal = journal;
    this.vmrun = vmrun;
    this.interval = interval;
    this.vmx = VmwareFiles.vmx(spec.workDir());
  }

  @FunctionalInterface
  private interface Verb {
    void run() throws IOException;
  }

  private void locked(Verb verb) throws IOException {
    verbs.lock();
    try {
      verb.run();
    } finally {
      verbs.unlock();
    }
  }

  // ---- looking

  private void watch() {
    Thread.ofVirtual().name("vm status").start(this::lookFromTimeToTime);
  }

  private void lookFromTimeToTime() {
    while (!end.isDone()) {
      try {
        end.get(interval.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        look();
      } catch (ExecutionException | InterruptedException e) {
        return;
      }
    }
  }

  /// A VMware that does not answer says nothing of the VM.
  private void look() {
    try {
      locked(this::reconcile);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0}: {1}", spec.jobId(), e.getMessage());
    }
  }

  private void reconcile() throws IOException {
    if (!end.isDone() && !vmrun.runs(vmx)) {
      finish(VmwareFiles.leftInAHurry(spec.workDir()) ? EndReason.LOST : EndReason.COMPLETED);
    }
  }

  /// Goes on with a VM that another process of ours left.
  void takeOver() throws IOException {
    locked(() -> {
      if (state() == VmState.SAVING && !vmrun.runs(vmx)) {
        finish(EndReason.LOST);
      } else if (state() == VmState.SAVING) {
        journal.on(Event.SAVE_FAILED);
      }
      reconcile();
    });
    watch();
  }

  // ---- verbs

  @Override
  public VmState state() {
    return journal.state();
  }

  @Override
  public void resume() throws IOException {
    locked(() -> {
      boolean isNew = state() == VmState.STARTED;
      journal.on(Event.RESUMED);
      try {
        if (isNew) {
          vmrun.run("start", vmx, "nogui");
          Files.deleteIfExists(spec.memoryFile()); // VMware has it
          watch();
        } else {
          vmrun.run("unpause", vmx);
        }
      } catch (IOException e) {
        if (isNew) {
          finish(EndReason.KILLED);
        } else {
          journal.tryOn(Event.PAUSED);
        }
        throw e;
      }
    });
  }

  @Override
  public void pause() throws IOException {
    locked(() -> {
      journal.on(Event.PAUSED);
      try {
        vmrun.run("pause", vmx);
      } catch (IOException e) {
        reconcile();
        throw end.isDone() ? ended("stopped", e) : e;
      }
    });
  }

  @Override
  public SavedState save() throws IOException {
    locked(() -> {
      VmState before = state();
      journal.on(Event.SAVE_BEGAN);
      try {
        if (before == VmState.PAUSED) {
          vmrun.run("unpause", vmx); // VMware suspends what runs
        }
        suspend();
        saved = SuspendedState.save(spec, vmx, awaitState());
      } catch (IOException e) {
        throw notSaved(e);
      }
      if (finish(EndReason.SAVED) != EndReason.SAVED) {
        throw new VmException(Reason.ENDED, spec.jobId() + ": what it wrote is not durable");
      }
    });
    return saved;
  }

  /// Softly, which lets VMware Tools run the guest's scripts; a guest without Tools is suspended
  /// all the same.
  private void suspend() throws IOException {
    try {
      vmrun.run("suspend", vmx, "soft");
    } catch (VmException e) {
      LOG.log(Level.INFO, "{0}: {1}; suspending it hard", spec.jobId(), e.getMessage());
      vmrun.run("suspend", vmx, "hard");
    }
  }

  private Path awaitState() throws IOException {
    awaitGone();
    Optional<Path> state = SuspendedState.of(vmx);
    if (state.isEmpty()) {
      throw new IOException("VMware left no suspended state");
    }
    return state.get();
  }

  private void awaitGone() throws IOException {
    Instant patience = Instant.now().plus(SETTLING);
    while (vmrun.runs(vmx)) {
      if (Instant.now().isAfter(patience)) {
        throw new IOException("VMware still runs it after %d s".formatted(SETTLING.toSeconds()));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(spec.jobId() + ": interrupted", e);
      }
    }
  }

  private VmException notSaved(IOException e) throws IOException {
    reconcile();
    if (end.isDone()) {
      return ended("saved", e);
    }
    journal.tryOn(Event.SAVE_FAILED);
    return new VmException(Reason.FAILED_TO_SAVE, spec.jobId() + ": " + e.getMessage(), e);
  }

  private VmException ended(String wanted, IOException e) {
    return new VmException(
        Reason.ENDED, "%s: %s before it was %s".formatted(spec.jobId(), end.join(), wanted), e);
  }

  @Override
  public void powerdown(Duration patience) throws IOException {
    try {
      if (state() == VmState.RUNNING) {
        vmrun.run("stop", vmx, "soft");
        end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        return;
      }
    } catch (TimeoutException | ExecutionException | VmException e) {
      LOG.log(Level.INFO, "{0}: did not shut down in {1}", spec.jobId(), patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(spec.jobId() + ": interrupted", e);
    }
    kill();
  }

  @Override
  public void kill() throws IOException {
    locked(() -> {
      if (end.isDone()) {
        return;
      }
      if (state() != VmState.STARTED) {
        reconcile(); // the guest may have ended by itself
      }
      finish(EndReason.KILLED);
    });
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
  public void close() throws IOException {
    kill();
  }

  /// Brings the VM to its end: gone from VMware, what it wrote durable, the reason written down.
  private EndReason finish(EndReason reason) throws IOException {
    if (end.isDone()) {
      return end.join();
    }
    if (reason == EndReason.KILLED && vmrun.runs(vmx)) {
      vmrun.run("stop", vmx, "hard");
      awaitGone();
    }
    EndReason why = settle(reason);
    journal.end(why);
    end.complete(why);
    return why;
  }

  private EndReason settle(EndReason why) {
    try {
      for (Path disk : VmwareFiles.written(spec)) {
        DurableFiles.sync(disk);
      }
      return why;
    } catch (IOException e) {
      LOG.log(Level.ERROR, spec.jobId() + ": what it wrote is not durable", e);
      return EndReason.LOST;
    }
  }
}
