package io.landfall.transfer.daemon;

import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.chunking.ImageIndexes;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.net.PeerIdentity;
import io.landfall.transfer.observe.Observer;
import io.landfall.transfer.submit.SubmitContext;
import io.landfall.transfer.submit.VmJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The submit role: the queue, the checkpoint store in SPOOL, and a [JobRunner] for each job that
/// is not settled.
///
/// Everything it must remember is on disk before it acts: an agent that is killed and started again
/// takes its jobs up where they are.
final class SubmitAgent implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SubmitAgent.class.getName());

  /// Hashing input images, and storing them.
  private static final int WORKERS = 2;

  /// Jobs in one reply: a few hundred bytes each.
  private static final int PAGE = 500;

  private static final long DISK_LOOK_MILLIS = 1000;
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

  private volatile AgentSettings settings;
  private final JobBook book;
  private final CheckpointStore store;
  private final Observer observer;
  private final ObservedJobs observed;
  private final TransferQueue uploads;
  private final TransferQueue downloads;
  private final DiskThrottle disk;
  private final ImageIndexes indexes;
  private final Hashing hashing = new Hashing();
  private final BootProfiles profiles;
  private final ExecuteHosts hosts;
  private final Map<String, JobRunner> runners = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>(); // guarded by itself
  private final Thread diskWatch =
      Thread.ofPlatform().name("disk-load").daemon(true).unstarted(this::watchDisk);
  private final ExecutorService workers =
      Executors.newFixedThreadPool(
          WORKERS, Thread.ofPlatform().name("submit-", 0).daemon(true).factory());

  /// Apart from [#workers], for whose hashing it waits.
  private final ExecutorService storers =
      Executors.newFixedThreadPool(
          WORKERS, Thread.ofPlatform().name("store-", 0).daemon(true).factory());

  private SubmitAgent(
      AgentSettings settings,
      JobBook book,
      CheckpointStore store,
      Endpoint endpoint,
      Observer observer)
      throws IOException {
    this.observer = observer;
    this.observed = new ObservedJobs(observer, job -> isRunning(book, job));
    this.settings = settings;
    this.book = book;
    this.store = store;
    this.uploads = new TransferQueue(settings.transfers().uploads());
    this.downloads = new TransferQueue(settings.transfers().downloads());
    this.disk = new DiskThrottle(settings.transfers().policy().disk(), uploads, downloads);
    this.indexes = ImageIndexes.at(home(settings.spool()).resolve("indexes"));
    this.profiles = new BootProfiles(home(settings.spool()).resolve("boot-profiles"));
    book.observe(observed::happened);
    this.hosts =
        new ExecuteHosts(
            endpoint, settings.executeHosts(), this::noticed, this::isOverThere, swarm(settings));
  }

  private static boolean isRunning(JobBook book, String job) {
    return book.find(job)
        .filter(
            found -> found.status() == JobStatus.RUNNING || found.status() == JobStatus.SUSPENDED)
        .isPresent();
  }

  private static Optional<SwarmDesk> swarm(AgentSettings settings) {
    TransferLimits limits = settings.transfers();
    return limits.swarm()
        ? Optional.of(new SwarmDesk(limits.swarmUploads(), settings.executeHosts().size() > 1))
        : Optional.empty();
  }

  static SubmitAgent open(AgentSettings settings, Endpoint endpoint, Observer observer)
      throws IOException {
    Files.createDirectories(settings.spool());
    CheckpointStore store = CheckpointStore.open(home(settings.spool()), settings.store());
    SubmitAgent agent =
        new SubmitAgent(
            settings,
            JobBook.open(home(settings.spool()).resolve("jobs"), settings.name()),
            store,
            endpoint,
            observer);
    agent.diskWatch.start();
    agent.book.all().stream().filter(job -> !job.status().settled()).forEach(agent::run);
    return agent;
  }

  /// Other limits: for whatever begins from now on.
  void reconfigure(AgentSettings fresh) {
    settings = fresh;
    uploads.limit(fresh.transfers().uploads());
    downloads.limit(fresh.transfers().downloads());
    disk.limit(fresh.transfers().policy().disk());
    store.reconfigure(fresh.store());
  }

  /// How many jobs are in each status, how many transfers wait, how many checkpoints are stored.
  Map<String, Long> figures() {
    Map<String, Long> figures = new TreeMap<>();
    book.all().forEach(job -> figures.merge("jobs " + job.status(), 1L, Long::sum));
    figures.put("landings waiting", (long) uploads.waiting());
    figures.put("returns waiting", (long) downloads.waiting());
    figures.put("disk load hundredths", Math.round(100 * disk.load()));
    figures.put("checkpoints", (long) store.list().size());
    figures.put("damaged checkpoint records", (long) store.damagedRecords().size());
    return figures;
  }

  /// The turns of landings.
  TransferQueue uploads() {
    return uploads;
  }

  /// The turns of disks that come back.
  TransferQueue downloads() {
    return downloads;
  }

  /// How busy the disk is with them, and what of them waits for that.
  DiskThrottle disk() {
    return disk;
  }

  /// Looks once a second how many transfers wait for the disk.
  private void watchDisk() {
    DiskWaits waits = new DiskWaits(DiskWaits.OWN_THREADS);
    try {
      while (true) {
        disk.counted(waits.count(), System.nanoTime());
        Thread.sleep(DISK_LOOK_MILLIS);
      }
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} has no effect: {1} cannot be read: {2}",
          QueuePolicy.DISK_LOAD,
          DiskWaits.OWN_THREADS,
          e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the agent closes
    }
  }

  /// Our directory in SPOOL. HTCondor's condor_preen deletes what it does not know there: it
  /// belongs into VALID_SPOOL_FILES.
  static Path home(Path spool) {
    return spool.resolve("landfall");
  }

  private void run(Job job) {
    JobRunner runner = new JobRunner(this, job);
    runners.put(job.name(), runner);
    synchronized (threads) {
      threads.removeIf(thread -> !thread.isAlive());
      threads.add(
          Thread.ofVirtual().name("job-" + job.name()).start(() -> runToItsEnd(job, runner)));
    }
  }

  private void runToItsEnd(Job job, JobRunner runner) {
    try {
      runner.run();
    } finally {
      runners.remove(job.name(), runner);
      roomIsFree();
    }
  }

  private void noticed(Peer from, String text) {
    try {
      Notice notice = ControlJson.read(text, Notice.class);
      JobRunner runner = runners.get(notice.job());
      if (runner != null) {
        runner.noticed(notice);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "notice from {0}: {1}", from.name(), e.getMessage());
    }
  }

  /// Whether a claim on a host is one of ours on which nobody waits any more: it was left by a lost
  /// connection or a kill, and the job is over or elsewhere since.
  private boolean isOverThere(String job, String address) {
    return book.find(job)
        .filter(found ->
            found.status() == JobStatus.HELD
                ? !found.host().equals(Optional.of(address))
                : found.status().settled() || !found.isOn(address))
        .isPresent();
  }

  /// A host has room again: jobs that wait for one look at once.
  void roomIsFree() {
    runners.values().forEach(runner -> runner.signal(new Signal.Look()));
  }

  // ---- requests of the command line

  /// Queues what a peer submits. Over the network, only what its user could do on this host.
  Reply.Submitted submit(Request.Submit request, PeerIdentity who) throws IOException {
    return submit(
        request,
        who.proof() == PeerIdentity.Proof.USER_CERTIFICATE
            ? Optional.of(who.name())
            : Optional.empty());
  }

  /// Queues what this process asks for.
  Reply.Submitted submit(Request.Submit request) throws IOException {
    return submit(request, Optional.empty());
  }

  private synchronized Reply.Submitted submit(Request.Submit request, Optional<String> rightsOf)
      throws IOException {
    if (rightsOf.isPresent()) {
      UserRights.requireReadable(rightsOf.get(), Path.of(request.file()));
    }
    SubmitContext context =
        SubmitContext.here()
            .in(Path.of(request.directory()))
            .withEnvironment(request.environment())
            .withClusterId(book.lastCluster() + 1)
            .withImageFormats(InputFormats.WORDS);
    InputFormats.Judged judged = InputFormats.judge(Path.of(request.file()), context);
    if (!judged.problems().isEmpty()) {
      return new Reply.Submitted(List.of(), judged.problems());
    }
    if (rightsOf.isPresent()) {
      UserRights.requireMaySubmit(rightsOf.get(), judged.jobs());
    }
    List<Job> jobs = new ArrayList<>();
    for (VmJob vm : judged.jobs()) {
      JobKey key = new JobKey(settings.name(), request.owner(), vm.clusterId(), vm.procId());
      jobs.add(Job.queued(key, vm, Instant.now()));
      book.clusterIsTaken(vm.clusterId());
    }
    for (Job job : jobs) {
      book.put(job);
      book.happened(job.name(), new JobEvent.Submitted(Instant.now(), job.vm().executable()));
      run(job);
    }
    return new Reply.Submitted(jobs.stream().map(Job::name).toList(), List.of());
  }

  /// A page of the queue, or of what is over.
  Reply.Jobs jobs(Request.ListJobs list) {
    List<Reply.JobLine> lines =
        book.after(list.after())
            .filter(job -> job.status().over() == list.history())
            .limit(PAGE + 1)
            .map(SubmitAgent::line)
            .toList();
    boolean more = lines.size() > PAGE;
    return new Reply.Jobs(more ? lines.subList(0, PAGE) : lines, more);
  }

  static Reply.JobLine line(Job job) {
    return new Reply.JobLine(
        job.name(),
        job.vm().executable(),
        job.status().name(),
        job.host(),
        job.checkpoint().map(id -> id.text()),
        job.evictions(),
        job.submitted(),
        job.reason());
  }

  /// Tells `peer` all that happened to the job and will happen.
  void watch(Peer peer, String name) throws IOException {
    String job = book.require(name).name();
    JobWatch watch = book.watch(job, event -> Calls.tell(peer, new Notice.Happened(job, event)));
    var _ = peer.closed().whenComplete((closed, failure) -> book.unwatch(watch));
  }

  Reply.Done signal(String name, Signal signal) throws IOException {
    Job job = book.require(name);
    if (job.status().settled()) {
      throw new IOException(job.name() + " is " + job.status());
    }
    JobRunner runner = runners.get(job.name());
    if (runner == null) {
      throw new IOException(job.name() + " has just come to its end");
    }
    runner.signal(signal);
    return new Reply.Done();
  }

  /// A held job has no runner, and what its host may still hold of it goes when it is next talked
  /// to.
  Reply.Done remove(String name) throws IOException {
    Job job = book.require(name);
    if (job.status() != JobStatus.HELD) {
      return signal(name, new Signal.Remove());
    }
    book.put(job.with(JobStatus.REMOVED));
    book.happened(job.name(), new JobEvent.Removed(Instant.now()));
    return new Reply.Done();
  }

  Reply.Done releaseHold(String name) throws IOException {
    Job job = book.require(name);
    if (job.status() != JobStatus.HELD) {
      throw new IOException(job.name() + " is not held but " + job.status());
    }
    // The host that had it may still hold what it saved: it is asked first.
    Job again = job.with(job.host().isPresent() ? JobStatus.RUNNING : JobStatus.IDLE);
    book.put(again);
    book.happened(job.name(), new JobEvent.Released(Instant.now()));
    run(again);
    return new Reply.Done();
  }

  // ---- for the runners

  Observer observer() {
    return observer;
  }

  ObservedJobs observed() {
    return observed;
  }

  AgentSettings settings() {
    return settings;
  }

  JobBook book() {
    return book;
  }

  CheckpointStore store() {
    return store;
  }

  ImageIndexes indexes() {
    return indexes;
  }

  Hashing hashing() {
    return hashing;
  }

  BootProfiles profiles() {
    return profiles;
  }

  ExecuteHosts hosts() {
    return hosts;
  }

  ExecutorService workers() {
    return workers;
  }

  ExecutorService storers() {
    return storers;
  }

  /// Tells the runners to leave their jobs as they are: the next agent takes them up.
  void stopRunners() {
    runners.values().forEach(runner -> runner.signal(new Signal.Stop()));
  }

  /// Comes after [#stopRunners] and after the links are down, which ends whatever a runner waits
  /// for.
  @Override
  public void close() throws IOException {
    stopRunners();
    diskWatch.interrupt();
    workers.shutdownNow();
    storers.shutdownNow();
    synchronized (threads) {
      for (Thread thread : threads) {
        join(thread);
      }
    }
    store.close();
  }

  private static void join(Thread thread) {
    try {
      if (!thread.join(STOP_PATIENCE)) {
        LOG.log(System.Logger.Level.WARNING, "{0} does not stop", thread.getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
