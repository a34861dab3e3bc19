package io.landfall.transfer.daemon;

import io.landfall.transfer.control.JobEvent;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/// Tells one watcher of a job its events, in order, on a thread of its own: a watcher that does not
/// listen holds up nobody.
///
/// At most [#MAX_WAITING] events wait for it; one that lags further behind is not told the rest.
final class JobWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(JobWatch.class.getName());
  private static final int MAX_WAITING = 10_000;

  private final String job;
  private final BlockingQueue<JobEvent> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
  private final Thread thread;

  JobWatch(String job, Consumer<JobEvent> watcher) {
    this.job = job;
    this.thread = Thread.ofVirtual().name("watch-" + job).start(() -> tell(watcher));
  }

  void happened(String which, JobEvent event) {
    if (which.equals(job) && !waiting.offer(event)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a watcher of {0} does not listen; it is not told more",
          job);
      close();
    }
  }

  private void tell(Consumer<JobEvent> watcher) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        watcher.accept(waiting.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
