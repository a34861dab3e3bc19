package io.landfall.transfer.client;

import io.landfall.transfer.client.TransferProgress.Phase;
import java.util.concurrent.atomic.AtomicLong;

/// Adds up what several threads do and tells a listener now and then. Any thread.
public final class ProgressCounter {
  private static final long STEP_BYTES = 1 << 20;

  private final TransferListener listener;
  private final Phase phase;
  private final long totalBytes;
  private final AtomicLong doneBytes = new AtomicLong();
  private long toldBytes; // guarded by this

  /// Starts at zero, and says so.
  public ProgressCounter(TransferListener listener, Phase phase, long totalBytes) {
    this.listener = listener;
    this.phase = phase;
    this.totalBytes = totalBytes;
    listener.progress(new TransferProgress(phase, totalBytes, 0));
  }

  /// Counts `bytes` more.
  public void add(long bytes) {
    long done = doneBytes.addAndGet(bytes);
    if (done == totalBytes || done / STEP_BYTES != (done - bytes) / STEP_BYTES) {
      tell(done);
    }
  }

  private synchronized void tell(long done) {
    if (done > toldBytes) {
      toldBytes = done;
      listener.progress(new TransferProgress(phase, totalBytes, done));
    }
  }
}
