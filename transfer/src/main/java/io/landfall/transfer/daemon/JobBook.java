package io.landfall.transfer.daemon;

import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The submit agent's queue on disk: a directory for each job with `job.json`, replaced as a whole,
/// and `events`, a JSON line for each event. A change is durable before anybody acts on it.
///
/// Threads: any.
final class JobBook {
  private static final String JOB = "job.json";
  private static final String EVENTS = "events";

  private final Path directory;
  private final ConcurrentNavigableMap<String, Job> jobs = new ConcurrentSkipListMap<>();
  private final EventLog log;
  private final List<JobWatch> watches = new ArrayList<>(); // guarded by itself
  private BiConsumer<String, JobEvent> observer = (job, event) -> {}; // guarded by watches

  private JobBook(Path directory, EventLog log) {
    this.directory = directory;
    this.log = log;
  }

  /// @param host the submit host, as event logs name it
  static JobBook open(Path directory, String host) throws IOException {
    Files.createDirectories(directory);
    JobBook book = new JobBook(directory, new EventLog(host));
    try (var children = Files.list(directory)) {
      for (Path child : children.filter(c -> Files.exists(c.resolve(JOB))).toList()) {
        Job job = ControlJson.read(Files.readString(child.resolve(JOB)), Job.class);
        book.jobs.put(job.name(), job);
      }
    }
    return book;
  }

  /// The highest cluster number given so far; a number once given is never given again.
  synchronized int lastCluster() throws IOException {
    try {
      return Integer.parseInt(Files.readString(counter()).strip());
    } catch (NoSuchFileException none) {
      return 0;
    }
  }

  synchronized void clusterIsTaken(int cluster) throws IOException {
    if (cluster > lastCluster()) {
      DurableFiles.replace(
          counter(), Integer.toString(cluster).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private Path counter() {
    return directory.resolve("last-cluster");
  }

  void put(Job job) throws IOException {
    Path home = home(job.name());
    Files.createDirectories(home);
    DurableFiles.replace(
        home.resolve(JOB), ControlJson.write(job).getBytes(StandardCharsets.UTF_8));
    jobs.put(job.name(), job);
  }

  Optional<Job> find(String name) {
    return Optional.ofNullable(jobs.get(name));
  }

  /// A job by its full name or, where that is not ambiguous, by `cluster.proc`.
  ///
  /// @throws IOException if there is no such job
  Job require(String name) throws IOException {
    List<Job> found =
        jobs.values().stream()
            .filter(job ->
                job.name().equals(name)
                    || (job.key().cluster() + "." + job.key().proc()).equals(name))
            .toList();
    if (found.size() != 1) {
      throw new IOException(
          (found.isEmpty() ? "no job " : "more than one job ") + name + " in the queue");
    }
    return found.getFirst();
  }

  Collection<Job> all() {
    return List.copyOf(jobs.values());
  }

  /// Jobs whose names come after `name`, in order.
  Stream<Job> after(String name) {
    return jobs.tailMap(name, false).values().stream();
  }

  /// Writes an event down and tells the watchers.
  void happened(String job, JobEvent event) throws IOException {
    synchronized (watches) {
      if (!(event instanceof JobEvent.Landing)) {
        log.happened(find(job).orElseThrow(), event, events(job));
        Files.writeString(
            home(job).resolve(EVENTS),
            ControlJson.write(event) + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
      watches.forEach(watch -> watch.happened(job, event));
      observer.accept(job, event);
    }
  }

  /// Tells `newObserver` what happens to any job from now on; it must be quick.
  void observe(BiConsumer<String, JobEvent> newObserver) {
    synchronized (watches) {
      observer = newObserver;
    }
  }

  /// Everything that happened to a job so far.
  private List<JobEvent> events(String job) throws IOException {
    List<JobEvent> events = new ArrayList<>();
    Path file = home(job).resolve(EVENTS);
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        events.add(ControlJson.read(line, JobEvent.class));
      }
    }
    return events;
  }

  /// Tells `watcher` everything that happened to a job and will happen, in order and each once,
  /// until the result is closed.
  JobWatch watch(String job, Consumer<JobEvent> watcher) throws IOException {
    synchronized (watches) {
      JobWatch watch = new JobWatch(job, watcher);
      events(job).forEach(event -> watch.happened(job, event));
      watches.add(watch);
      return watch;
    }
  }

  void unwatch(JobWatch watch) {
    synchronized (watches) {
      watches.remove(watch);
    }
    watch.close();
  }

  private Path home(String job) {
    return directory.resolve(Names.directory(job));
  }
}
