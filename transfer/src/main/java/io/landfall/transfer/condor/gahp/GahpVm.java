package io.landfall.transfer.condor.gahp;

import static io.landfall.transfer.condor.gahp.VmgahpError.CANNOT_CREATE_ARG_FILE;
import static io.landfall.transfer.condor.gahp.VmgahpError.INTERNAL;
import static io.landfall.transfer.condor.gahp.VmgahpError.VM_CANNOT_CREATE_CKPT_FILES;
import static io.landfall.transfer.condor.gahp.VmgahpError.VM_INVALID_OPERATION;
import static io.landfall.transfer.condor.gahp.VmgahpError.VM_INVALID_SUSPEND_FILE;
import static io.landfall.transfer.condor.gahp.VmgahpError.VM_NO_SUPPORT_CHECKPOINT;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;

/// The machine of one job, as the starter sees it: running, suspended, suspended softly, stopped.
///
/// A machine that is suspended is saved: its hypervisor has quit, and resuming restores it. A guest
/// that reboots or crashes is started again from its own disks, as under HTCondor's libvirt; one
/// that does so without end, or whose hypervisor vanished, is neither running nor done, so its
/// status is an error, and the starter reschedules the job.
///
/// Threads: what changes the machine runs on the worker; [#status] is for any thread.
final class GahpVm {
  private static final Logger LOG = System.getLogger(GahpVm.class.getName());
  private static final int MAX_REBOOTS = 100;
  private static final int MAX_CRASHES = 3;

  private enum Condition {
    RUNNING("Running"),
    SUSPENDED("Suspended"),
    SOFT_SUSPENDED("SoftSuspended"),
    STOPPED("Stopped"),
    /// Neither runs nor is done.
    BROKEN("");

    private final String word;

    Condition(String word) {
      this.word = word;
    }
  }

  private final int number;
  private final GahpSettings settings;
  private final Executor worker;

  private volatile Condition condition = Condition.STOPPED;
  private volatile String trouble = "";
  private volatile GahpJob job;
  private volatile GahpFiles files;
  private volatile Vm vm; // absent unless running or suspended softly

  private HypervisorDriver driver;
  private List<GahpDrive> drives = List.of();
  private SavedState saved; // of a suspended machine, unless it is a checkpoint
  private boolean checkpointed; // the state lies in the scratch directory
  private boolean completed;
  private int reboots;
  private int crashes;

  /// @param worker runs what follows from the machine's end
  GahpVm(int number, GahpSettings settings, Executor worker) {
    this.number = number;
    this.settings = settings;
    this.worker = worker;
  }

  int number() {
    return number;
  }

  // ---- start and end

  /// Starts the job's machine, or goes on from its checkpoint.
  void start(ClassAd ad, String type, String ours, Path scratch) throws IOException, GahpException {
    job = GahpJob.read(ad, type, ours, scratch, settings);
    files = new GahpFiles(scratch);
    writeArguments();
    driver = GahpDrivers.of(job.type(), settings);
    files.deleteWork();
    Files.createDirectories(files.work());
    drives = new ArrayList<>();
    for (GahpDisk disk : job.disks()) {
      drives.add(GahpDrive.prepare(disk, files, driver.overlayFormat()));
    }
    VmSpec spec = spec();
    Optional<SavedState> state = Optional.empty();
    if (job.fromCheckpoint().contains(files.description().getFileName().toString())) {
      state = new GahpCheckpoint(files).take(driver.name(), drives, spec.memoryFile());
    }
    if (state.isEmpty()) {
      files.deleteOurs();
    }
    run(state.isPresent() ? driver.restore(spec, state.get()) : driver.start(spec));
  }

  private void writeArguments() throws GahpException {
    if (job.arguments().isPresent()) {
      try {
        Files.writeString(files.scratch().resolve("condor.arg"), job.arguments().get() + "\n");
      } catch (IOException e) {
        throw CANNOT_CREATE_ARG_FILE.because(e.toString());
      }
    }
  }

  private VmSpec spec() throws GahpException {
    try {
      return new VmSpec(
          job.name(),
          files.work(),
          job.memoryMiB(),
          job.vcpus(),
          drives.stream().map(GahpDrive::forVm).toList(),
          job.network(),
          job.vnc(),
          job.kernel(),
          job.bootLoader(),
          Optional.empty());
    } catch (IllegalArgumentException e) {
      throw VmgahpError.valueOf(
              "JOBCLASSAD_" + job.type().toUpperCase(Locale.ROOT) + "_INVALID_DISK_PARAM")
          .because(e.getMessage());
    }
  }

  private void run(Vm started) throws IOException {
    vm = started;
    saved = null;
    checkpointed = false;
    var _ = started.end().thenAcceptAsync(reason -> ended(started, reason), worker);
    started.resume();
    condition = Condition.RUNNING;
  }

  private void ended(Vm which, EndReason reason) {
    if (!which.equals(vm)) {
      return; // we ended it
    }
    vm = null;
    try {
      which.close();
      switch (reason) {
        case COMPLETED -> complete();
        case REBOOTED -> again(++reboots <= MAX_REBOOTS, "reboots without end");
        case CRASHED -> again(++crashes <= MAX_CRASHES, "crashed " + MAX_CRASHES + " times");
        case LOST, KILLED, SAVED -> broken("its hypervisor is gone: " + reason);
      }
    } catch (IOException | GahpException e) {
      broken(String.valueOf(e.getMessage()));
    }
  }

  /// The guest has shut down. It counts as running until its disks are what it made of them.
  private void complete() throws IOException {
    for (GahpDrive drive : drives) {
      drive.merge(driver.overlayFormat());
    }
    files.deleteOurs();
    completed = true;
    condition = Condition.STOPPED;
  }

  private void again(boolean allowed, String why) throws IOException, GahpException {
    if (allowed) {
      run(driver.start(spec()));
    } else {
      broken(why);
    }
  }

  private void broken(String why) {
    LOG.log(Level.ERROR, "{0}: {1}", job.name(), why);
    trouble = why;
    condition = Condition.BROKEN;
  }

  // ---- what the starter asks for

  String obey(GahpCommand command) throws IOException, GahpException {
    switch (command) {
      case CONDOR_VM_STOP -> stop();
      case CONDOR_VM_SUSPEND -> suspend();
      case CONDOR_VM_SOFT_SUSPEND -> softSuspend();
      case CONDOR_VM_RESUME -> resume();
      case CONDOR_VM_CHECKPOINT -> checkpoint();
      case CONDOR_VM_GETPID -> {
        return "0"; // HTCondor's answer for KVM and Xen: the starter must not count this process
      }
      default -> throw new IllegalArgumentException(command + " is not for a machine");
    }
    return "";
  }

  /// What the machine is, in words.
  String status() throws GahpException {
    Condition now = condition;
    if (now == Condition.BROKEN) {
      throw INTERNAL.because(trouble);
    }
    StringBuilder words = new StringBuilder("STATUS=").append(now.word);
    if (now == Condition.RUNNING) {
      retryFailedDisk();
      job.macAddress().ifPresent(mac -> words.append(" MAC=").append(mac));
      cpuSeconds().ifPresent(cpu -> words.append(" CPUTIME=").append("%.2f".formatted(cpu)));
      long kib = job.memoryMiB() * 1024L;
      words.append(" MEMORY=").append(kib).append(" MAXMEMORY=").append(kib);
    }
    return words.toString();
  }

  /// The protocol has no word for a machine that waits for room on its host's disk. It is tried
  /// again whenever somebody looks.
  private void retryFailedDisk() {
    Vm running = vm;
    if (running != null && running.state() == VmState.IO_ERROR) {
      worker.execute(() -> {
        try {
          running.resume();
        } catch (IOException | IllegalStateException e) {
          LOG.log(Level.WARNING, "{0}: {1}", job.name(), e.getMessage());
        }
      });
    }
  }

  private Optional<Double> cpuSeconds() {
    try {
      return VmRecord.read(files.work())
          .filter(record -> record.pid() > 0)
          .flatMap(record -> ProcessHandle.of(record.pid()))
          .flatMap(process -> process.info().totalCpuDuration())
          .map(cpu -> cpu.toMillis() / 1000.0);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void suspend() throws IOException, GahpException {
    if (condition == Condition.SUSPENDED) {
      return;
    }
    require(condition == Condition.RUNNING || condition == Condition.SOFT_SUSPENDED);
    Vm running = vm;
    vm = null; // its end is ours
    try {
      saved = running.save();
    } catch (IOException e) {
      vm = running;
      throw e;
    }
    running.close();
    condition = Condition.SUSPENDED;
  }

  private void softSuspend() throws IOException, GahpException {
    if (condition == Condition.SOFT_SUSPENDED || condition == Condition.SUSPENDED) {
      return;
    }
    require(condition == Condition.RUNNING);
    vm.pause();
    condition = Condition.SOFT_SUSPENDED;
  }

  private void resume() throws IOException, GahpException {
    switch (condition) {
      case RUNNING -> {}
      case SOFT_SUSPENDED -> {
        vm.resume();
        condition = Condition.RUNNING;
      }
      case SUSPENDED -> run(driver.restore(spec(), stateToResume()));
      case STOPPED, BROKEN -> throw invalid();
    }
  }

  private SavedState stateToResume() throws IOException, GahpException {
    if (!checkpointed) {
      return saved;
    }
    return new GahpCheckpoint(files)
        .take(driver.name(), drives, spec().memoryFile())
        .orElseThrow(
            () -> VM_INVALID_SUSPEND_FILE.because("the checkpoint's files are not what they were"));
  }

  private void checkpoint() throws IOException, GahpException {
    if (!job.checkpoint()) {
      throw VM_NO_SUPPORT_CHECKPOINT.because("the job has no vm_checkpoint");
    }
    suspend();
    if (!checkpointed) {
      try {
        new GahpCheckpoint(files).write(driver.name(), saved, drives);
      } catch (IOException e) {
        throw VM_CANNOT_CREATE_CKPT_FILES.because(e.toString());
      }
      saved = null;
      checkpointed = true;
    }
  }

  private void stop() throws IOException {
    Vm running = vm;
    vm = null;
    if (running != null) {
      running.kill();
      running.close();
    }
    if (files != null) {
      if (!checkpointed) {
        files.deleteOurs();
      }
      files.deleteWork();
      if (completed && job.noOutput()) {
        files.deleteJobs();
      }
    }
    condition = Condition.STOPPED;
  }

  /// Ends what is left, so that the scratch directory holds the job's files and nothing of ours but
  /// a checkpoint.
  void close() throws IOException {
    stop();
  }

  private void require(boolean right) throws GahpException {
    if (!right) {
      throw invalid();
    }
  }

  private GahpException invalid() {
    return VM_INVALID_OPERATION.because("the machine is " + condition);
  }
}
