package io.landfall.transfer.lifecycle;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// One virtual machine, from its start until its end.
///
/// Threads: every method may be called from any thread; verbs wait for each other. Closing a VM
/// that has not ended kills it.
public interface Vm extends AutoCloseable {

  VmState state();

  /// Lets the guest run: after [HypervisorDriver#start], after [#pause], and again after an I/O
  /// error.
  ///
  /// @throws IllegalStateException if the VM is in a state that has no such way out
  void resume() throws IOException;

  /// Stops the guest between two instructions.
  ///
  /// @throws IllegalStateException if the VM is in a state that has no such way out
  void pause() throws IOException;

  /// Stops the guest and writes its state. When this returns, the hypervisor has quit, memory file
  /// and overlays are durable, and nobody writes them any more.
  ///
  /// @throws VmException with reason `ENDED` if the guest ended first, `FAILED_TO_SAVE` if the
  ///   state could not be written: then the VM is paused and can go on
  SavedState save() throws IOException;

  /// Freezes disks and memory as of one moment; the guest stands still for that moment and goes on.
  ///
  /// When this returns, what the guest changes goes to [VmDrive#upper] of each writable disk, and
  /// overlays and frozen memory stay as they are until [#thaw].
  ///
  /// @throws VmException with reason `REFUSED` if the guest does not run, or this hypervisor
  ///   cannot; `ENDED` if the guest ended first; `FAILED_TO_SAVE` if it could not be done: the
  ///   guest runs on
  default FrozenState freeze() throws IOException {
    throw new VmException(
        VmException.Reason.REFUSED, "this hypervisor checkpoints no machine that runs on");
  }

  /// Lets go of what was frozen: the guest's changes since then come down into the overlays.
  /// Harmless if nothing is frozen.
  default void thaw() throws IOException {}

  /// The base of a drive with [VmDrive#export] has landed: from now on it is read from its file.
  /// The guest runs on; harmless if it was told already.
  ///
  /// @param drive the same drive without its export
  default void baseLanded(VmDrive drive) throws IOException {
    throw new VmException(
        VmException.Reason.REFUSED, "this hypervisor reads no base that has not landed");
  }

  /// Completes once, when the hypervisor is gone and the overlays are durable. Never fails. What
  /// depends on it may run on the thread that ends the VM, so it should be quick or asynchronous.
  CompletableFuture<EndReason> end();

  /// Asks the guest to shut down, as a power button does; ends it if it has not done so in time.
  /// Returns when it has ended; [#end] says which of the two it was.
  void powerdown(Duration patience) throws IOException;

  /// Ends the VM at once. What the guest has not flushed is lost.
  void kill() throws IOException;

  /// The log of the guest's serial port.
  Path console();

  @Override
  void close() throws IOException;
}
