package io.landfall.transfer.demo;

import io.landfall.protocol.content.Chunks;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.store.chunking.Chunking;
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
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The whole way of a VM job on one machine: one submit agent and two execute agents in processes
/// of their own; a job that lands, boots, is evicted while its guest works, resumes on the other
/// host, and returns. Then everything is checked to the byte.
public final class Demo {
  /// A machine that hangs must not hang the demo with it.
  private static final Duration EVENT_PATIENCE = Duration.ofMinutes(3);

  private final DemoOptions options;
  private final Consumer<JobEvent> listener;
  private final Path directory;
  private final DemoJob job;
  private final List<JobEvent> events = new ArrayList<>();

  private Demo(DemoOptions options, Consumer<JobEvent> listener) throws IOException {
    this.options = options;
    this.listener = listener;
    this.directory = options.directory();
    this.job = options.vmware() ? new VmwareDemoJob(options) : new KvmDemoJob(options);
  }

  /// Makes image and submit file in `options.directory()`, runs the job, checks what came back.
  ///
  /// @param listener hears every event of the job as it happens
  /// @throws IOException if something could not be done at all; what was done and is not right is
  ///   in the report
  public static DemoReport run(DemoOptions options, Consumer<JobEvent> listener)
      throws IOException, InterruptedException {
    return new Demo(options, listener).run();
  }

  private DemoReport run() throws IOException, InterruptedException {
    long began = System.nanoTime();
    Path submitFile = job.make();
    String original = imageId(job.original());
    Duration making = Duration.ofNanos(System.nanoTime() - began);
    try (DemoMachines _ = DemoMachines.stoppedAtTheEnd(directory);
        AgentProcess first = executeHost("execute-a");
        AgentProcess second = executeHost("execute-b");
        AgentProcess submit = submitHost(first, second)) {
      runJob(submit, submitFile);
      List<String> faults = new ArrayList<>();
      Map<String, Long> memory = new LinkedHashMap<>();
      for (AgentProcess agent : List.of(submit, first, second)) {
        memory.put(agent.toString(), agent.peakResidentBytes());
      }
      faults.addAll(DemoChecks.faults(events));
      faults.addAll(DemoChecks.faults(job, original));
      faults.addAll(job.faults(events));
      if (networked()) {
        faults.addAll(DemoChecks.networkFaults(events));
      }
      return new DemoReport(
          directory, job.image(), making, List.copyOf(events), memory, options.remark(), faults);
    }
  }

  private boolean networked() {
    return options.extras().contains(DemoExtra.NETWORK);
  }

  private AgentProcess executeHost(String name) throws IOException, InterruptedException {
    Path home = directory.resolve(name);
    Map<String, String> settings = new LinkedHashMap<>(job.hostSettings());
    settings.putAll(
        Map.of(
            "LANDFALL_ROLES",
            "EXECUTE",
            "LANDFALL_NAME",
            name,
            "LANDFALL_PORT",
            "0",
            "VM_NETWORKING",
            Boolean.toString(networked()),
            "VM_NETWORKING_TYPE",
            "nat",
            "EXECUTE",
            home.resolve("execute").toString()));
    return AgentProcess.start(home, settings);
  }

  private AgentProcess submitHost(AgentProcess first, AgentProcess second)
      throws IOException, InterruptedException {
    Path home = directory.resolve("submit");
    return AgentProcess.start(
        home,
        Map.of(
            "LANDFALL_ROLES", "SUBMIT",
            "LANDFALL_NAME", "submit",
            "LANDFALL_PORT", "0",
            "LANDFALL_EXECUTE_HOSTS", text(first) + ", " + text(second),
            "SPOOL", home.resolve("spool").toString()));
  }

  private static String text(AgentProcess agent) {
    return agent.address().getHostString() + ":" + agent.address().getPort();
  }

  private void runJob(AgentProcess submit, Path submitFile)
      throws IOException, InterruptedException {
    BlockingQueue<JobEvent> news = new LinkedBlockingQueue<>();
    try (Endpoint endpoint = Endpoint.open(EndpointSettings.of("demo"), Admission.thisMachine());
        Peer agent = endpoint.connect(submit.address())) {
      agent.onNotice(notice -> hear(notice, news));
      Reply.Submitted submitted =
          Calls.call(
              agent,
              new Request.Submit(
                  submitFile.toString(),
                  directory.toString(),
                  System.getProperty("user.name"),
                  Map.of()));
      if (!submitted.problems().isEmpty()) {
        throw new IOException(String.join("\n", submitted.problems()));
      }
      String name = submitted.jobs().getFirst();
      Calls.call(agent, new Request.Watch(name));
      follow(agent, name, news);
    }
  }

  private static void hear(String notice, BlockingQueue<JobEvent> news) {
    try {
      if (ControlJson.read(notice, Notice.class) instanceof Notice.Happened happened) {
        news.add(happened.event());
      }
    } catch (IOException e) {
      System.getLogger(Demo.class.getName()).log(System.Logger.Level.WARNING, e.getMessage());
    }
  }

  /// Hears the job's events to the last one; evicts it once, when its guest is at work.
  private void follow(Peer agent, String name, BlockingQueue<JobEvent> news)
      throws IOException, InterruptedException {
    boolean evicted = false;
    for (JobEvent event = next(news); ; event = next(news)) {
      listener.accept(event);
      if (!(event instanceof JobEvent.Landing)) {
        events.add(event);
      }
      if (event instanceof JobEvent.Started started && !evicted) {
        awaitWork(started.host());
        Calls.call(agent, new Request.Evict(name));
        evicted = true;
      }
      if (event.last()) {
        return;
      }
    }
  }

  private static JobEvent next(BlockingQueue<JobEvent> news)
      throws IOException, InterruptedException {
    JobEvent event = news.poll(EVENT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (event == null) {
      throw new IOException("nothing happened to the job for " + EVENT_PATIENCE.toSeconds() + " s");
    }
    return event;
  }

  /// Waits until the guest's console tells of a third of its steps: evicted in the middle of its
  /// work.
  private void awaitWork(String host) throws IOException, InterruptedException {
    String wanted = "STEP " + Math.max(1, options.steps() / 3);
    long deadline = System.nanoTime() + EVENT_PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      for (Path console : consoles()) {
        if (Files.readString(console, java.nio.charset.StandardCharsets.ISO_8859_1)
            .lines()
            .anyMatch(line -> line.strip().equals(wanted))) {
          return;
        }
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new IOException("the guest on " + host + " printed no '" + wanted + "'");
  }

  private List<Path> consoles() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String host : List.of("execute-a", "execute-b")) {
      Path claims = directory.resolve(host).resolve("execute").resolve("claims");
      try (DirectoryStream<Path> jobs = Files.newDirectoryStream(claims)) {
        for (Path claim : jobs) {
          Path console = claim.resolve("console.log");
          if (Files.exists(console)) {
            found.add(console);
          }
        }
      }
    }
    return found;
  }

  /// Takes ownership.
  static String imageId(BlockDevice device) throws IOException {
    try (device) {
      return Chunking.manifestOf(device, Chunks.DEFAULT_SIZE_BYTES, done -> {})
          .imageId()
          .toString();
    }
  }
}
