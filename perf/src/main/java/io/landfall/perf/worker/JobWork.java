package io.landfall.perf.worker;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.daemon.Calls;
import io.landfall.transfer.net.Admission;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Submits jobs to an agent of this host, as its user would.
final class JobWork {
  private static final long PATIENCE_SECONDS = 600;

  private Endpoint endpoint;

  private record News(String job, JobEvent event) {}

  /// Waits until all jobs have ended; tells when the disks of all of them had landed.
  Map<String, Double> submit(Order.SubmitJobs order) throws IOException {
    InetSocketAddress agent = new InetSocketAddress(InetAddress.getLoopbackAddress(), order.port());
    BlockingQueue<News> news = new LinkedBlockingQueue<>();
    try (Peer peer = endpoint().connect(agent)) {
      peer.onNotice(text -> hear(text, news));
      Path file = Path.of(order.file());
      long start = System.nanoTime();
      Reply.Submitted reply =
          Calls.call(
              peer,
              new Request.Submit(file.toString(), file.getParent().toString(), "bench", Map.of()));
      if (!reply.problems().isEmpty()) {
        throw new IOException(reply.problems().toString());
      }
      for (String job : reply.jobs()) {
        Calls.call(peer, new Request.Watch(job));
      }
      return Map.of("landedSeconds", landed(Set.copyOf(reply.jobs()), news, start));
    }
  }

  private Endpoint endpoint() {
    if (endpoint == null) {
      endpoint = Endpoint.open(EndpointSettings.of("bench"), Admission.thisMachine());
    }
    return endpoint;
  }

  private static void hear(String text, BlockingQueue<News> news) {
    try {
      if (ControlJson.read(text, Notice.class) instanceof Notice.Happened happened) {
        news.add(new News(happened.job(), happened.event()));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static double landed(Set<String> jobs, BlockingQueue<News> news, long start)
      throws IOException {
    Set<String> waiting = new HashSet<>(jobs);
    Set<String> running = new HashSet<>(jobs);
    double seconds = 0;
    while (!running.isEmpty()) {
      News next = next(news);
      if (next.event() instanceof JobEvent.Held || next.event() instanceof JobEvent.Rescheduled) {
        throw new IOException(next.job() + " did not land: " + next.event());
      }
      if (next.event() instanceof JobEvent.Landed && waiting.remove(next.job())) {
        seconds = (System.nanoTime() - start) / 1e9;
      }
      if (next.event().last()) {
        running.remove(next.job());
      }
    }
    return seconds;
  }

  private static News next(BlockingQueue<News> news) throws IOException {
    try {
      News next = news.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new IOException("no news of the jobs for " + PATIENCE_SECONDS + " s");
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while jobs land");
    }
  }
}
