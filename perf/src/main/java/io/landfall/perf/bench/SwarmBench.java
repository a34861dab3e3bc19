package io.landfall.perf.bench;

import io.landfall.perf.compare.Ports;
import io.landfall.perf.contest.Trees;
import io.landfall.perf.measure.CpuClock;
import io.landfall.perf.measure.FreeMemory;
import io.landfall.perf.rig.Host;
import io.landfall.perf.rig.LinkSpec;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.WorkerProcess;
import io.landfall.transfer.demo.DemoImage;
import io.landfall.transfer.guest.WorkPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Many hosts land one image from one submit host at the same time, each over a link of its own:
/// real agents, which have it from each other, or not. Every landing is of an image that no host
/// has seen.
final class SwarmBench {
  static final String LANDED = "all landed and sealed";
  static final String TIMES_ONE = "times one host";

  private static final String ONE = "landfall, one host";
  private static final int HOSTS = 8;
  private static final int QUICK_HOSTS = 2;
  private static final int MOST_ROUNDS = 3;
  private static final String WARM_UP = "warm-up";
  private static final int WARM_LANDINGS = 2;
  private static final double MIB = 1 << 20;
  private static final WorkPlan SHORT = new WorkPlan(1, Duration.ofMillis(1));

  private static final List<Line> LINES =
      List.of(new Line("1gbit", 1024), new Line("100mbit", 128));

  /// Slow enough for hosts to hear of each other before it is over.
  private static final Line QUICK = new Line("100mbit", 64);

  /// A link, and the disk that is landed over it: half of it is data.
  private record Line(String link, int mib) {
    long bytes() {
      return (long) mib << 20;
    }
  }

  private final BenchSettings settings;
  private final int hosts;
  private final int rounds;
  private final Figures figures = new Figures();
  private final TreeSet<String> absent = new TreeSet<>();
  private final List<String> networks = new ArrayList<>();
  private String priority = "";
  private Course course;
  private long seed = 100;

  SwarmBench(BenchSettings settings) {
    this.settings = settings;
    this.hosts = settings.scale().quick() ? QUICK_HOSTS : HOSTS;
    this.rounds = rounds(settings.scale());
    this.course = settings.course();
  }

  /// Rounds that are run: each lands new images on all hosts.
  static int rounds(Scale scale) {
    return Math.min(MOST_ROUNDS, scale.rounds());
  }

  Outcome run() throws IOException {
    List<Line> lines = lines();
    for (int number = 0; number < lines.size(); number++) {
      Line line = new Line(lines.get(number).link(), asked(lines.get(number)));
      LinkSpec link = LinkSpec.parse(line.link());
      course = settings.course().part(lines.size() - number, outcome -> outcome);
      Path directory = Files.createTempDirectory(settings.directory(), "");
      try (Rig rig = Rig.open(link, hosts)) {
        networks.add(rig.network());
        priority = rig.priority();
        new Shape(rig, directory, line, link.toString()).run();
      } finally {
        Trees.delete(directory);
      }
    }
    return outcome();
  }

  private List<Line> lines() {
    return settings.scale().quick() ? List.of(QUICK) : LINES;
  }

  /// Of what is measured up to now.
  private Outcome outcome() throws IOException {
    List<Goal> goals = new ArrayList<>();
    List<String> data = new ArrayList<>();
    for (Line line : lines()) {
      String link = LinkSpec.parse(line.link()).toString();
      data.add("%s: a disk of %d MiB, half of it data".formatted(line.link(), asked(line)));
      goals.add(
          Goal.atMost(
              "%s: %d hosts in at most twice the time of one".formatted(link, hosts),
              Value.cell(link, together(true), LANDED),
              2,
              Value.cell(link, ONE, LANDED)));
    }
    return new Outcome(
            String.join("; ", data),
            String.join("; ", networks),
            priority,
            List.copyOf(absent),
            List.of(),
            List.of(),
            figures.all(),
            List.of())
        .judged(goals);
  }

  /// `--mib` is the disk of the fastest link; the others keep their share of it.
  private int asked(Line line) {
    return settings.mib().isPresent()
        ? Math.max(2, settings.mib().getAsInt() * line.mib() / LINES.getFirst().mib())
        : line.mib();
  }

  private String together(boolean swarm) {
    return "landfall, %d hosts%s".formatted(hosts, swarm ? "" : ", no swarm");
  }

  /// All that is done over one kind of link.
  private final class Shape {
    private final Rig rig;
    private final Path directory;
    private final Line line;
    private final String table;
    private double oneSeconds;

    Shape(Rig rig, Path directory, Line line, String table) {
      this.rig = rig;
      this.directory = directory;
      this.line = line;
      this.table = table;
    }

    void run() throws IOException {
      BenchPool pool = BenchPool.make(rig, directory.resolve("pool"), hosts);
      try (WorkerProcess user = WorkerProcess.start(rig, Host.SUBMIT)) {
        Path home = directory.resolve("swarm");
        try (Fleet fleet = Fleet.start(rig, home, pool, true)) {
          warmUp(user, fleet);
          course.hasTime(0, outcome());
          int round = 0;
          do {
            oneSeconds = land(user, fleet, ONE, line.bytes(), 1);
            land(user, fleet, together(true), line.bytes(), hosts);
            round++;
          } while (course.hasTime(round, outcome()) && round < rounds);
        }
        Trees.delete(home);
        home = directory.resolve("alone");
        try (Fleet fleet = Fleet.start(rig, home, pool, false)) {
          warmUp(user, fleet);
          land(user, fleet, together(false), line.bytes(), hosts);
        }
        Trees.delete(home);
      }
      rsync();
    }

    /// Agents live for months; what a new one compiles at its first landings is not the swarm's.
    private void warmUp(WorkerProcess user, Fleet fleet) throws IOException {
      for (int i = 0; i < WARM_LANDINGS; i++) {
        land(user, fleet, WARM_UP, line.bytes() / 2, hosts);
      }
    }

    /// Lands a new image on the first so many hosts.
    private double land(WorkerProcess user, Fleet fleet, String row, long bytes, int count)
        throws IOException {
      Path home = Files.createTempDirectory(directory, "job-");
      Path image = home.resolve("guest.img");
      DemoImage.write(image, bytes, bytes / 2, seed++, SHORT);
      Path file = home.resolve("guest.sub");
      Files.writeString(file, description(count));
      prepare(image, bytes * count);
      long sent = rig.submitBytes();
      double cpu = CpuClock.startedByUs();
      double seconds =
          user.tell(new Order.SubmitJobs(fleet.port(), file.toString())).get("landedSeconds");
      add(row, count, seconds, CpuClock.startedByUs() - cpu, rig.submitBytes() - sent);
      Trees.delete(home);
      return seconds;
    }

    private void prepare(Path image, long bytes) throws IOException {
      FreeMemory.cache(image);
      FreeMemory.touch(bytes, directory);
      rig.run("sync", "--file-system", directory.toString());
    }

    private void add(String row, int count, double seconds, double cpu, long sent)
        throws IOException {
      settings.log().accept("%s %-28s %8.3f s, cpu %6.2f s".formatted(table, row, seconds, cpu));
      if (row.equals(WARM_UP)) {
        return;
      }
      figures.add(table, row, LANDED, "s", seconds);
      if (count > 1) {
        figures.add(table, row, TIMES_ONE, "x", seconds / oneSeconds);
      }
      figures.add(table, row, "CPU of all", "s", cpu);
      figures.add(table, row, "submit host sent", "MiB", sent / MIB);
      course.show(outcome());
    }

    /// The same shape with rsync, once.
    private void rsync() throws IOException {
      if (!Programs.have("rsync")) {
        absent.add("rsync");
        return;
      }
      Path home = Files.createDirectory(directory.resolve("rsync"));
      Path image = home.resolve("guest.img");
      DemoImage.write(image, line.bytes(), line.bytes() / 2, seed++, SHORT);
      int port = Ports.free();
      Path config = home.resolve("rsyncd.conf");
      Files.writeString(
          config,
          "use chroot = no\nuid = 0\nmax connections = 100\n[bench]\npath = %s\n".formatted(home));
      Process daemon =
          rig.start(
              home.resolve("log"),
              "rsync",
              "--daemon",
              "--no-detach",
              "--port=" + port,
              "--config=" + config);
      try {
        String url = "rsync://%s:%d/bench/guest.img".formatted(rig.address(), port);
        Ports.await(rig, "rsync", url);
        oneSeconds = pull(image, url, "rsync, one host", 1);
        pull(image, url, "rsync, %d hosts".formatted(hosts), hosts);
      } finally {
        Rig.stop(daemon);
        Trees.delete(home);
      }
    }

    private double pull(Path image, String url, String row, int count) throws IOException {
      prepare(image, line.bytes() * count);
      long sent = rig.submitBytes();
      double cpu = CpuClock.startedByUs();
      long start = System.nanoTime();
      List<Process> clients = new ArrayList<>();
      List<Path> results = new ArrayList<>();
      for (int number = 1; number <= count; number++) {
        Path result = image.resolveSibling("landed" + number);
        results.add(result);
        List<String> command = List.of("rsync", "--whole-file", "--inplace", url, "" + result);
        clients.add(rig.command(new Host(number), command).start());
      }
      for (Process client : clients) {
        if (Rig.exitCode(client) != 0) {
          throw new IOException(row + ": a client failed, and said why");
        }
      }
      rig.run("sync", "--file-system", directory.toString());
      double seconds = (System.nanoTime() - start) / 1e9;
      add(row, count, seconds, CpuClock.startedByUs() - cpu, rig.submitBytes() - sent);
      for (Path result : results) {
        Files.delete(result);
      }
      return seconds;
    }

    private String description(int count) {
      return """
      universe                = vm
      executable              = guest
      vm_type                 = kvm
      vm_memory               = 32
      vm_disk                 = guest.img:vda:w:raw
      vm_no_output_vm         = true
      transfer_input_files    = guest.img
      when_to_transfer_output = ON_EXIT
      log                     = guest.log
      queue %d
      """
          .formatted(count);
    }
  }
}
