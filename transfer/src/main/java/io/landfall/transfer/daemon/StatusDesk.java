package io.landfall.transfer.daemon;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.landing.ImageCache;
import io.landfall.transfer.observe.Observer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How the agent stands, put together for whoever looks. Any thread.
final class StatusDesk {
  /// Jobs that are shown; all are counted.
  private static final int MAX_JOBS = 200;

  private static final int RECENT = 20;
  private static final int MAX_TRANSFERS = 500;
  private static final int MAX_IMAGES = 100;

  /// Measuring the store means looking at every pack.
  private static final Duration STORE_SIZE_AGE = Duration.ofSeconds(15);

  private volatile AgentSettings settings;
  private final Observer observer;
  private final Optional<ExecuteAgent> execute;
  private final Optional<SubmitAgent> submit;
  private final Instant began = Instant.now();
  private volatile Optional<String> page = Optional.empty();
  private Instant measured = Instant.EPOCH; // guarded by this
  private int measuredCheckpoints; // guarded by this
  private long packBytes; // guarded by this

  StatusDesk(
      AgentSettings settings,
      Observer observer,
      Optional<ExecuteAgent> execute,
      Optional<SubmitAgent> submit) {
    this.settings = settings;
    this.observer = observer;
    this.execute = execute;
    this.submit = submit;
  }

  /// Other limits to show.
  void reconfigure(AgentSettings fresh) {
    settings = fresh;
  }

  /// The status page is there now.
  void pageIsAt(String address) {
    page = Optional.of(address);
  }

  Overview overview() throws IOException {
    Collection<Job> jobs = submit.map(role -> role.book().all()).orElse(List.of());
    return new Overview(
        settings.name(),
        settings.roles().stream().map(Enum::name).sorted().toList(),
        Optional.ofNullable(StatusDesk.class.getPackage().getImplementationVersion())
            .orElse("development"),
        began,
        Instant.now(),
        page,
        observer.running(),
        observer.recent(RECENT),
        submit.map(role -> queue(role.uploads())).orElse(Overview.QueueLine.EMPTY),
        submit.map(role -> queue(role.downloads())).orElse(Overview.QueueLine.EMPTY),
        submit.map(role -> role.disk().load()).orElse(0.0),
        byState(jobs),
        lines(jobs),
        submit.map(role -> role.hosts().lines()).orElse(List.of()),
        claims(),
        execute.isPresent() ? Optional.of(cache(execute.get().cache())) : Optional.empty(),
        submit.isPresent() ? Optional.of(store(submit.get().store())) : Optional.empty(),
        observer.bytes());
  }

  private static Overview.QueueLine queue(TransferQueue queue) {
    return new Overview.QueueLine(queue.running(), queue.waiting(), queue.holdsBack());
  }

  private static Map<String, Integer> byState(Collection<Job> jobs) {
    Map<String, Integer> counts = new TreeMap<>();
    for (JobStatus status : JobStatus.values()) {
      counts.put(status.name(), 0);
    }
    jobs.forEach(job -> counts.merge(job.status().name(), 1, Integer::sum));
    return counts;
  }

  private static List<Reply.JobLine> lines(Collection<Job> jobs) {
    List<Job> current = jobs.stream().filter(job -> !job.status().over()).limit(MAX_JOBS).toList();
    List<Job> over = jobs.stream().filter(job -> job.status().over()).toList();
    int room = Math.min(over.size(), MAX_JOBS - current.size());
    List<Job> shown = new ArrayList<>(current);
    shown.addAll(over.subList(over.size() - room, over.size()).reversed());
    return shown.stream().map(SubmitAgent::line).toList();
  }

  private Map<String, String> claims() {
    Map<String, String> phases = new TreeMap<>();
    execute.ifPresent(
        role -> role.claims().forEach(claim -> phases.put(claim.job(), claim.phase().name())));
    return phases;
  }

  private Overview.CacheLine cache(ImageCache cache) throws IOException {
    List<Overview.ImageLine> images = new ArrayList<>();
    for (ImageCache.Held held : cache.contents()) {
      if (images.size() < MAX_IMAGES) {
        images.add(
            new Overview.ImageLine(
                held.id().toString(), held.sizeBytes(), held.allocatedBytes(), held.pinned()));
      }
    }
    return new Overview.CacheLine(cache.usableBytes(), settings.transfers().cacheBytes(), images);
  }

  private Overview.StoreLine store(CheckpointStore store) throws IOException {
    List<CheckpointRecord> records = store.list();
    return new Overview.StoreLine(
        records.size(),
        records.stream().mapToLong(record -> record.summary().imageBytes()).sum(),
        packBytes(store, records.size()),
        store.directory().toFile().getUsableSpace());
  }

  private synchronized long packBytes(CheckpointStore store, int checkpoints) throws IOException {
    if (checkpoints != measuredCheckpoints
        || measured.plus(STORE_SIZE_AGE).isBefore(Instant.now())) {
      measuredCheckpoints = checkpoints;
      packBytes =
          store.packDirectory().list().values().stream()
              .mapToLong(pack -> pack.toFile().length())
              .sum();
      measured = Instant.now();
    }
    return packBytes;
  }

  Reply.Transfers transfers(int last) {
    return new Reply.Transfers(observer.recent(Math.clamp(last, 0, MAX_TRANSFERS)));
  }

  String metrics() throws IOException {
    return observer.metrics(overview());
  }
}
