package io.landfall.transfer.observe;

import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.TransferLine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// Hears what an agent does, and answers what it did. Any thread.
public final class Observer {
  private final TransferLog log;
  private final Function<Throwable, String> codes;
  private final Metrics metrics = new Metrics();
  private final Set<Tracked> running = ConcurrentHashMap.newKeySet();
  private final AtomicLong ids;

  private Observer(TransferLog log, Function<Throwable, String> codes) {
    this.log = log;
    this.codes = codes;
    this.ids = new AtomicLong(log.nextId());
  }

  /// Takes up the history in `directory`, which is made if it is not there.
  ///
  /// @param codes what failures are called; few words
  public static Observer open(Path directory, Function<Throwable, String> codes)
      throws IOException {
    return new Observer(TransferLog.open(directory), codes);
  }

  /// A transfer of a job, which the caller carries out.
  public interface Transfer<T> {
    /// Carries it out; tells how far it is and how it went, or that it goes on ([Tracked#goOn]).
    T run(Tracked tracked) throws IOException;
  }

  /// Carries a transfer out. One that throws has failed.
  public <T> T watch(
      TransferLine.Kind kind, String job, String part, String peer, Transfer<T> transfer)
      throws IOException {
    Tracked tracked = begin(kind, job, part, peer, Optional.empty());
    try {
      return transfer.run(tracked);
    } catch (IOException | RuntimeException e) {
      tracked.failed(codes.apply(e), String.valueOf(e.getMessage()));
      throw e;
    } finally {
      tracked.returned(codes.apply(null));
    }
  }

  /// A transfer that somebody else carries out; [Tracked] is told how it goes on and how it ends.
  ///
  /// @param predicted how long it should take
  public Tracked begin(
      TransferLine.Kind kind, String job, String part, String peer, Optional<Duration> predicted) {
    Tracked tracked =
        new Tracked(
            this,
            Tracked.starting(
                ids.getAndIncrement(), kind, Owners.of(job), job, part, peer, predicted));
    running.add(tracked);
    return tracked;
  }

  /// A transfer that somebody else carries out has failed.
  public void failed(Tracked tracked, Throwable why) {
    tracked.failed(codes.apply(why), String.valueOf(why.getMessage()));
  }

  void ended(Tracked tracked, TransferLine line) {
    running.remove(tracked);
    metrics.ended(line);
    log.add(line);
  }

  /// A guest stood still for a checkpoint.
  public void paused(Duration pause, boolean goesOn) {
    metrics.paused(pause.toNanos() / 1e9, goesOn);
  }

  /// A request was refused, or failed.
  public void refused(Throwable why) {
    failed(codes.apply(why));
  }

  void failed(String code) {
    metrics.failed(code);
  }

  /// What is under way, the oldest first.
  public List<TransferLine> running() {
    return running.stream()
        .map(Tracked::line)
        .sorted(Comparator.comparingLong(TransferLine::id))
        .toList();
  }

  /// What ended last, the newest first.
  public List<TransferLine> recent(int count) {
    return log.recent(count);
  }

  /// Bytes since the agent was started, by kind of transfer and reason.
  public Map<String, Map<String, Long>> bytes() {
    return metrics.sums();
  }

  /// All metrics, in Prometheus' text format.
  public String metrics(Overview now) {
    return metrics.text(now);
  }
}
