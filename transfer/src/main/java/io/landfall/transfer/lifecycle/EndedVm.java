package io.landfall.transfer.lifecycle;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A VM that ended while nobody of ours was there, or before.
public final class EndedVm implements Vm {
  private final VmSpec spec;
  private final VmState state;
  private final EndReason reason;

  /// The VM that a record in a final state speaks of.
  public EndedVm(VmSpec spec, VmRecord record) {
    this.spec = spec;
    this.state = record.state();
    this.reason = record.end().orElse(EndReason.LOST);
  }

  @Override
  public VmState state() {
    return state;
  }

  @Override
  public void resume() {
    throw over();
  }

  @Override
  public void pause() {
    throw over();
  }

  @Override
  public SavedState save() throws VmException {
    throw new VmException(VmException.Reason.ENDED, over().getMessage());
  }

  @Override
  public CompletableFuture<EndReason> end() {
    return CompletableFuture.completedFuture(reason);
  }

  @Override
  public void powerdown(Duration patience) {}

  @Override
  public void kill() {}

  @Override
  public Path console() {
    return spec.consoleFile();
  }

  @Override
  public void close() {}

  private IllegalStateException over() {
    return new IllegalStateException("%s: has ended, %s".formatted(spec.jobId(), reason));
  }
}
