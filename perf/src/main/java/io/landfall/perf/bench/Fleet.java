package io.landfall.perf.bench;

import io.landfall.perf.compare.Ports;
import io.landfall.perf.rig.Host;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/// A submit agent and an execute agent on each other host of a rig: `landfall agent`, with the
/// simulated hypervisor, and the pool's key between them.
final class Fleet implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long PAUSE_NANOS = 20_000_000;

  private final Rig rig;
  private final Path directory;
  private final BenchPool pool;
  private final boolean swarm;
  private final List<Integer> ports;
  private final List<Process> agents = new ArrayList<>();

  private Fleet(Rig rig, Path directory, BenchPool pool, boolean swarm, List<Integer> ports) {
    this.rig = rig;
    this.directory = directory;
    this.pool = pool;
    this.swarm = swarm;
    this.ports = ports;
  }

  /// Starts them, and waits until all listen.
  ///
  /// @param directory for what they write; nothing may be there
  /// @param swarm whether they have images from each other
  static Fleet start(Rig rig, Path directory, BenchPool pool, boolean swarm) throws IOException {
    Files.createDirectory(directory);
    // Agents keep their keys by port, and namespaces share the files.
    TreeSet<Integer> ports = new TreeSet<>();
    while (ports.size() < pool.hosts().size()) {
      ports.add(Ports.free());
    }
    Fleet fleet = new Fleet(rig, directory, pool, swarm, List.copyOf(ports));
    try {
      for (int number = 1; number < ports.size(); number++) {
        fleet.start(number, fleet.execute(number));
      }
      for (int number = 1; number < ports.size(); number++) {
        fleet.await(number);
      }
      fleet.start(0, fleet.submit());
      fleet.await(0);
      return fleet;
    } catch (IOException e) {
      fleet.close();
      throw e;
    }
  }

  /// How an execute host is called.
  static String name(int number) {
    return number == 0 ? "submit" : "execute" + number;
  }

  private Map<String, String> execute(int number) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("LANDFALL_ROLES", "EXECUTE");
    settings.put("LANDFALL_HYPERVISOR", "simulated");
    settings.put("VM_MAX_NUMBER", "1");
    settings.put("EXECUTE", home(number).resolve("execute").toString());
    settings.put("NETWORK_INTERFACE", rig.address(new Host(number)));
    return settings;
  }

  private Map<String, String> submit() {
    List<String> hosts = new ArrayList<>();
    for (int number = 1; number < ports.size(); number++) {
      hosts.add(rig.address(new Host(number)) + ":" + ports.get(number));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("LANDFALL_ROLES", "SUBMIT");
    settings.put("LANDFALL_EXECUTE_HOSTS", String.join(",", hosts));
    settings.put("SPOOL", home(0).resolve("spool").toString());
    settings.put("MAX_CONCURRENT_UPLOADS", "0");
    settings.put("NETWORK_INTERFACE", "0.0.0.0"); // its user comes over loopback
    return settings;
  }

  private void start(int number, Map<String, String> settings) throws IOException {
    Path home = Files.createDirectory(home(number));
    settings.put("LANDFALL_NAME", name(number));
    settings.put("LANDFALL_PORT", ports.get(number).toString());
    settings.put("LANDFALL_ADDRESS_FILE", home.resolve("address").toString());
    settings.put("LANDFALL_SWARM", Boolean.toString(swarm));
    settings.put("LANDFALL_POOL", pool.hosts().get(number).toString());
    settings.put("TRANSPORT_ENCRYPTION", "NEVER");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(WorkerProcess.options());
    command.add("-Dio.netty.machineId=02:00:00:00:00:01");
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            io.landfall.transfer.cli.Main.class.getName(),
            "agent"));
    settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
    agents.add(
        rig.command(new Host(number), command)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start());
  }

  private void await(int number) throws IOException {
    Process agent = agents.get(number == 0 ? agents.size() - 1 : number - 1);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(home(number).resolve("address"))) {
      if (!agent.isAlive() || System.nanoTime() > end) {
        List<String> log = Files.readAllLines(home(number).resolve("log"));
        throw new IOException(
            "the agent of %s did not start: %s"
                .formatted(name(number), log.isEmpty() ? "" : log.getLast()));
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private Path home(int number) {
    return directory.resolve(name(number));
  }

  /// Where the submit agent listens.
  int port() {
    return ports.getFirst();
  }

  @Override
  public void close() throws IOException {
    agents.forEach(Process::destroy);
    for (Process agent : agents) {
      Rig.stop(agent);
    }
  }
}
