package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.Lifecycle.Event;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import io.landfall.transfer.lifecycle.VmJournal;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// A VM that is a domain of libvirt's.
///
/// Threads: one lock covers a verb and a look at the domain alike. Looks are taken when `virsh
/// event` prints something, and from time to time.
final class LibvirtVm implements Vm {
  private static final Logger LOG = System.getLogger(LibvirtVm.class.getName());

  private final VmSpec spec;
  private final String name;
  private final VmJournal journal;
  private final Virsh virsh;
  private final LibvirtMachine machine;
  private final Process events;
  private final ReentrantLock verbs = new ReentrantLock();
  private final CompletableFuture<EndReason> end = new CompletableFuture<>();

  /// A VM whose domain is defined; [#watch] must follow.
  LibvirtVm(VmSpec spec, VmJournal journal, Virsh virsh, LibvirtMachine machine, Process events) {
    this.spec = spec;
    this.name = DomainXml.nameOf(spec.jobId());
    this.journal = journal;
    this.virsh = virsh;
    this.machine = machine;
    this.events = events;
  }

  /// Begins to look after the domain.
  void watch(Duration interval) {
    Thread.ofVirtual().name("virsh event").start(this::readEvents);
    Thread.ofVirtual().name("vm status").start(() -> lookFromTimeToTime(interval));
  }

  private void readEvents() {
    try (BufferedReader lines = events.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        LOG.log(Level.DEBUG, "{0}: {1}", name, line);
        look();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0}: {1}", name, e.getMessage());
    }
  }

  private void lookFromTimeToTime(Duration interval) {
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

  /// Makes our state agree with the domain's. A libvirt that does not answer says nothing of the
  /// VM.
  private void look() {
    verbs.lock();
    try {
      if (!end.isDone()) {
        reconcile();
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0}: {1}", name, e.getMessage());
    } finally {
      verbs.unlock();
    }
  }

  private void reconcile() throws IOException {
    Optional<String> state = virsh.domainState(name);
    Optional<EndReason> ended = DomainEnd.of(state);
    if (ended.isPresent()) {
      finish(state.isPresent() ? ended.get() : recorded().orElse(ended.get()));
    } else if (DomainEnd.isIoError(state.get())) {
      journal.tryOn(Event.IO_FAILED);
    }
  }

  /// Why the domain ended, if an agent that is on its way out saw that before us and undefined it.
  private Optional<EndReason> recorded() throws IOException {
    return VmRecord.read(spec.workDir())
        .filter(record -> record.state().isFinal())
        .flatMap(VmRecord::end);
  }

  /// Goes on with a domain that another process of ours left.
  void takeOver() throws IOException {
    verbs.lock();
    try {
      if (state() == VmState.SAVING) {
        journal.on(Event.SAVE_FAILED);
      }
      reconcile();
      if (!end.isDone() && state() != VmState.RUNNING) {
        virsh
            .domainState(name)
            .filter(s -> s.startsWith("running"))
            .ifPresent(s -> quietly("suspend"));
      }
    } finally {
      verbs.unlock();
    }
  }

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
        virsh.run("resume", "--domain", name);
      } catch (IOException e) {
        journal.tryOn(Event.PAUSED);
        throw e;
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

  private void stop() throws IOException {
    try {
      virsh.run("suspend", "--domain", name);
    } catch (IOException e) {
      reconcile();
      if (end.isDone()) {
        throw new VmException(
            Reason.ENDED, "%s: %s before it was stopped".formatted(name, end.join()), e);
      }
      throw e;
    }
  }

  @Override
  public SavedState save() throws IOException {
    verbs.lock();
    try {
      VmState before = state();
      journal.on(Event.SAVE_BEGAN);
      if (before == VmState.RUNNING) {
        stop();
      }
      try {
        virsh.run("save", "--domain", name, "--file", spec.memoryFile().toString(), "--paused");
      } catch (IOException e) {
        throw notSaved(e);
      }
      EndReason ended = finish(EndReason.SAVED);
      if (ended != EndReason.SAVED) {
        throw new VmException(Reason.ENDED, "%s: %s while it was saved".formatted(name, ended));
      }
      return new SavedState(spec.memoryFile(), machine.deviceState(), machine.toJson());
    } finally {
      verbs.unlock();
    }
  }

  private VmException notSaved(IOException e) throws IOException {
    reconcile();
    if (end.isDone()) {
      return new VmException(
          Reason.ENDED, "%s: %s before it was saved".formatted(name, end.join()), e);
    }
    journal.tryOn(Event.SAVE_FAILED);
    return new VmException(Reason.FAILED_TO_SAVE, name + ": " + e.getMessage(), e);
  }

  @Override
  public void powerdown(Duration patience) throws IOException {
    try {
      if (state() == VmState.RUNNING) {
        virsh.run("shutdown", "--domain", name, "--mode", "acpi");
        end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        return;
      }
    } catch (TimeoutException | ExecutionException | VmException e) {
      LOG.log(Level.INFO, "{0}: did not shut down in {1}", name, patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(name + ": interrupted", e);
    }
    kill();
  }

  @Override
  public void kill() throws IOException {
    verbs.lock();
    try {
      if (!end.isDone()) {
        reconcile(); // the guest may have ended by itself
      }
      if (!end.isDone()) {
        finish(EndReason.KILLED);
      }
    } finally {
      verbs.unlock();
    }
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

  /// Brings the VM to its end: the domain gone, what it wrote durable, the reason written down.
  private EndReason finish(EndReason reason) throws IOException {
    if (end.isDone()) {
      return end.join();
    }
    quietly("destroy"); // of a domain that has ended by itself, an error
    if (DomainEnd.of(virsh.domainState(name)).isEmpty()) {
      throw new VmException(Reason.REFUSED, name + ": libvirt does not end it");
    }
    EndReason why = settle(reason);
    journal.end(why);
    quietly("undefine");
    events.destroy();
    end.complete(why);
    return why;
  }

  private EndReason settle(EndReason why) {
    try {
      for (VmDrive drive : spec.drives()) {
        if (drive.overlay().isPresent()) {
          DurableFiles.sync(drive.overlay().get());
        }
      }
      if (why == EndReason.SAVED) {
        DurableFiles.sync(spec.memoryFile());
        DurableFiles.syncDirectory(spec.workDir());
      }
      return why;
    } catch (IOException e) {
      LOG.log(Level.ERROR, name + ": what it wrote is not durable", e);
      return EndReason.LOST;
    }
  }

  private void quietly(String command) {
    try {
      virsh.run(command, "--domain", name);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0}: {1}", name, e.getMessage());
    }
  }
}
