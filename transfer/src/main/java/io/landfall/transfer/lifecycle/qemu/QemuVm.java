package io.landfall.transfer.lifecycle.qemu;

import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.FrozenState;
import io.landfall.transfer.lifecycle.Lifecycle.Event;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/// A VM in a QEMU process.
///
/// Threads: verbs hold one lock, so they wait for each other. What QEMU tells is taken by the
/// monitor's reading thread, which only notes it; a thread of this VM's own then asks QEMU how
/// things are and acts. The reason of the end is decided once, by whoever knows it first.
final class QemuVm implements Vm {
  private static final Logger LOG = System.getLogger(QemuVm.class.getName());
  private static final Duration QUIT_PATIENCE = Duration.ofSeconds(20);

  private final VmSpec spec;
  private final VmJournal journal;
  private final QemuProcess process;
  private final RuntimeDir runtime;
  private final Monitor monitor;
  private final Machine machine;
  private final Freezer freezer;

  private final ReentrantLock verbs = new ReentrantLock();
  private final ExecutorService reactions =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("vm-", 0).factory());
  private final AtomicReference<EndReason> reason = new AtomicReference<>();
  private final CompletableFuture<EndReason> end = new CompletableFuture<>();

  /// A VM whose QEMU is loaded and whose monitor tells `events`; [#begin] must follow.
  QemuVm(
      VmSpec spec,
      VmJournal journal,
      QemuProcess process,
      RuntimeDir runtime,
      Monitor monitor,
      Machine machine) {
    this.spec = spec;
    this.journal = journal;
    this.process = process;
    this.runtime = runtime;
    this.monitor = monitor;
    this.machine = machine;
    this.freezer = new Freezer(spec, monitor.blockJobs());
  }

  /// Begins to listen to what QEMU tells.
  void begin(EventRelay events, Duration statusInterval) {
    events.to(this::onEvent);
    monitor.whenClosed(() -> react(this::finish));
    Thread.ofVirtual().name("vm status").start(() -> watch(statusInterval));
  }

  /// Goes on with a VM that another process of ours left.
  void takeOver(EventRelay events, Duration statusInterval) throws IOException {
    verbs.lock();
    try {
      freezer.takeOver();
      if (state() == VmState.SAVING) {
        journal.on(Event.SAVE_FAILED);
      } else if (state() == VmState.CHECKPOINTING && !monitor.status().equals("shutdown")) {
        monitor.run();
        journal.on(Event.CHECKPOINT_ENDED);
      }
      String status = monitor.status();
      if (status.equals("running") && state() != VmState.RUNNING) {
        monitor.stop(); // it was to be stopped when the other died
      } else if (status.equals("shutdown")) {
        GuestEnd.inLog(QemuFiles.monitorLog(spec.workDir()))
            .ifPresent(r -> reason.compareAndSet(null, r));
      }
      begin(events, statusInterval);
      reconcile();
    } finally {
      verbs.unlock();
    }
  }

  /// Asks from time to time, in case an event was missed.
  private void watch(Duration interval) {
    while (!end.isDone()) {
      try {
        end.get(interval.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        react(this::reconcile);
      } catch (ExecutionException | InterruptedException e) {
        return;
      }
    }
  }

  Machine machine() {
    return machine;
  }

  // ---- what QEMU tells

  /// Called by the monitor's reading thread: notes and returns.
  private void onEvent(QmpEvent event) {
    switch (event.name()) {
      case "SHUTDOWN" -> {
        reason.compareAndSet(null, GuestEnd.ofShutdown(event.data()));
        react(this::finish);
      }
      case "STOP", "GUEST_PANICKED", "WATCHDOG" -> react(this::reconcile);
      case "BLOCK_IO_ERROR" ->
          LOG.log(
              Level.WARNING,
              "{0}: disk {1}: {2}",
              spec.jobId(),
              event.text("node-name"),
              event.text("reason"));
      default -> {}
    }
  }

  private void react(Reaction reaction) {
    try {
      reactions.execute(() -> {
        try {
          reaction.run();
        } catch (IOException e) {
          LOG.log(Level.WARNING, spec.jobId() + ": " + e.getMessage());
        }
      });
    } catch (RejectedExecutionException ended) {
      LOG.log(Level.DEBUG, "{0}: has ended already", spec.jobId());
    }
  }

  /// Asks QEMU how the VM is and makes our state agree.
  private void reconcile() throws IOException {
    verbs.lock();
    try {
      if (end.isDone() || state() == VmState.SAVING || state() == VmState.CHECKPOINTING) {
        return;
      }
      String status = monitor.status();
      switch (status) {
        case "io-error" -> journal.tryOn(Event.IO_FAILED);
        case "paused", "prelaunch" -> journal.tryOn(Event.PAUSED);
        case "shutdown" -> finish();
        default -> {
          Optional<EndReason> ended = GuestEnd.ofStatus(status);
          if (ended.isPresent()) {
            reason.compareAndSet(null, ended.get());
            finish();
          }
        }
      }
    } finally {
      verbs.unlock();
    }
  }

  // ---- verbs

  @Override
  public VmState state() {
    return journal.state();
  }

  @Override
  public void resume() throws IOException {
    verbs.lock();
    try {
      journal.on(Event.RESUMED);
      try {
        monitor.run();
      } catch (QmpException e) {
        journal.tryOn(Event.PAUSED);
        throw new VmException(Reason.REFUSED, e.getMessage(), e);
      }
    } finally {
      verbs.unlock();
    }
  }

  @Override
  public void pause() throws IOException {
    verbs.lock();
    try {
      journal.on(Event.PAUSED);
      stop();
    } finally {
      verbs.unlock();
    }
  }

  @Override
  public SavedState save() throws IOException {
    verbs.lock();
    try {
      journal.on(Event.SAVE_BEGAN);
      stop();
      byte[] deviceState = saveDevices();
      reason.compareAndSet(null, EndReason.SAVED);
      finish();
      EndReason ended = end.join();
      if (ended != EndReason.SAVED) {
        throw new VmException(
            Reason.ENDED, "%s: %s while it was saved".formatted(spec.jobId(), ended));
      }
      return new SavedState(spec.memoryFile(), deviceState, machine.toJson());
    } finally {
      verbs.unlock();
    }
  }

  @Override
  public FrozenState freeze() throws IOException {
    verbs.lock();
    try {
      if (state() != VmState.RUNNING) {
        throw new VmException(
            Reason.REFUSED, "%s: is %s, not RUNNING".formatted(spec.jobId(), state()));
      }
      freezer.thaw(); // after a checkpoint that nobody finished
      freezer.prepare();
      journal.on(Event.CHECKPOINT_BEGAN);
      long began = System.nanoTime();
      byte[] deviceState = freezeStopped();
      Duration pause = Duration.ofNanos(System.nanoTime() - began);
      SavedState saved = new SavedState(freezer.frozenMemory(), deviceState, machine.toJson());
      return new FrozenState(saved, freezer.changed(), pause);
    } catch (IOException e) {
      if (!end.isDone()) {
        freezer.thaw();
      }
      throw e;
    } finally {
      verbs.unlock();
    }
  }

  /// What happens while the guest stands still. It goes on whatever happens, unless it has ended.
  private byte[] freezeStopped() throws IOException {
    try {
      stop();
      freezer.cover();
      byte[] deviceState = saveDevices();
      freezer.catchUp();
      return deviceState;
    } finally {
      if (!end.isDone()) {
        monitor.run();
        journal.on(Event.CHECKPOINT_ENDED);
      }
    }
  }

  @Override
  public void thaw() throws IOException {
    verbs.lock();
    try {
      if (!end.isDone()) {
        freezer.thaw();
      }
    } finally {
      verbs.unlock();
    }
  }

  @Override
  public void baseLanded(VmDrive drive) throws IOException {
    verbs.lock();
    try {
      if (!end.isDone()) {
        monitor.landBase(drive);
      }
    } finally {
      verbs.unlock();
    }
  }

  /// Stops the guest; ends the VM if it turns out that the guest has ended by itself.
  private void stop() throws IOException {
    monitor.stop();
    String status = monitor.status();
    if (status.equals("shutdown") || GuestEnd.ofStatus(status).isPresent()) {
      GuestEnd.ofStatus(status).ifPresent(r -> reason.compareAndSet(null, r));
      finish();
      throw new VmException(
          Reason.ENDED, "%s: %s before it could be stopped".formatted(spec.jobId(), end.join()));
    }
  }

  private byte[] saveDevices() throws IOException {
    try (DeviceState.Receiver receiver = DeviceState.Receiver.listen(runtime.state())) {
      monitor.saveTo(runtime.state());
      return receiver.received();
    } catch (IOException e) {
      if (!monitor.isClosed()) {
        journal.tryOn(Event.SAVE_FAILED);
        throw new VmException(Reason.FAILED_TO_SAVE, spec.jobId() + ": " + e.getMessage(), e);
      }
      finish();
      throw new VmException(
          Reason.ENDED, "%s: QEMU ended while it was saved".formatted(spec.jobId()), e);
    }
  }

  @Override
  public void powerdown(Duration patience) throws IOException {
    try {
      if (state() == VmState.RUNNING) {
        monitor.powerButton();
        end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        return;
      }
    } catch (TimeoutException | ExecutionException e) {
      LOG.log(Level.INFO, "{0}: did not shut down in {1}", spec.jobId(), patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(spec.jobId() + ": interrupted", e);
    }
    reason.compareAndSet(null, EndReason.KILLED);
    finish();
  }

  @Override
  public void kill() throws IOException {
    if (reason.compareAndSet(null, EndReason.KILLED)) {
      journal.end(EndReason.KILLED);
      process.destroy(); // without the lock: a verb may be waiting for a QEMU that hangs
    }
    finish();
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

  // ---- the end

  /// Brings the VM to its end, once: the reason known, what QEMU wrote durable, QEMU gone.
  private void finish() throws IOException {
    verbs.lock();
    try {
      if (end.isDone()) {
        return;
      }
      reason.compareAndSet(null, EndReason.LOST);
      EndReason why = reason.get();
      if (why == EndReason.SAVED) {
        quit(); // what it saved is durable only when it has written it
        why = settle(why);
        journal.end(why);
      } else {
        why = settle(why); // a stopped VM has written all; the end must be known before it goes
        journal.end(why);
        quit();
      }
      end.complete(why);
    } finally {
      verbs.unlock();
      if (end.isDone()) {
        reactions.shutdown();
      }
    }
  }

  private void quit() throws IOException {
    try {
      if (!monitor.isClosed()) {
        monitor.quit();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0}: {1}", spec.jobId(), e.getMessage());
    }
    if (!process.awaitExit(QUIT_PATIENCE)) {
      process.destroy();
      process.awaitExit(QUIT_PATIENCE);
    }
    monitor.close();
    runtime.delete();
  }

  /// Makes durable what QEMU wrote. A VM of which that cannot be said is lost.
  private EndReason settle(EndReason why) {
    try {
      for (VmDrive drive : spec.drives()) {
        if (drive.overlay().isPresent()) {
          DurableFiles.sync(drive.overlay().get());
        }
        if (drive.upper().filter(Files::exists).isPresent()) {
          DurableFiles.sync(drive.upper().get());
        }
      }
      if (why == EndReason.SAVED) {
        DurableFiles.sync(spec.memoryFile());
        DurableFiles.syncDirectory(spec.workDir());
      }
      return why;
    } catch (IOException e) {
      LOG.log(Level.ERROR, spec.jobId() + ": what it wrote is not durable", e);
      return EndReason.LOST;
    }
  }

  @FunctionalInterface
  private interface Reaction {
    void run() throws IOException;
  }
}
