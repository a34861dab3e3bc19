package io.landfall.perf.bench;

import io.landfall.perf.compare.Ports;
import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An NBD server, started before the clock and ended after it; what is timed is its client.
final class NbdContender implements Contender {
  private final NbdServed served;
  private final Server server;
  private String disk; // as the client of the job that is next calls it

  private NbdContender(NbdServed served, Server server) {
    this.served = served;
    this.server = server;
  }

  /// One way to serve a disk. Owns what it started.
  private interface Server extends AutoCloseable {
    String name();

    String version();

    Optional<String> how(Job job);

    /// Makes the disk of a job ready.
    ///
    /// @param overlay a name for what is written
    /// @return how a client calls it
    String ready(Job job, Path overlay) throws IOException;

    /// Lets go of it.
    void done(Job job) throws IOException;

    /// Whether there is one, or its client opens the disk itself.
    default boolean serves() {
      return true;
    }

    /// Where what was written lies.
    default Path written(Path overlay) {
      return overlay;
    }

    @Override
    default void close() throws IOException {}
  }

  /// Landfall's server, in a worker that lives through all rounds, as an agent does.
  static Contender landfall(NbdServed served) throws IOException {
    return new NbdContender(served, new Own(served, WorkerProcess.start(served.rig())));
  }

  static Contender nbdkit(NbdServed served) {
    return new NbdContender(
        served,
        new Foreign(served, "nbdkit", List.of("-V"), "nbdkit -r file") {
          @Override
          public Optional<String> how(Job job) {
            return NbdJobs.writes(job) || NbdJobs.ofQcow2(job) ? Optional.empty() : super.how(job);
          }

          @Override
          List<String> command(Job job, Path socket, Path disk) {
            return List.of("nbdkit", "-f", "-r", "-U", "" + socket, "file", "" + disk);
          }
        });
  }

  static Contender qemuNbd(NbdServed served) {
    return new NbdContender(
        served,
        new Foreign(served, "qemu-nbd", List.of("--version"), "qemu-nbd -e 8 -t") {
          @Override
          List<String> command(Job job, Path socket, Path disk) {
            List<String> command =
                new ArrayList<>(List.of("qemu-nbd", "-e", "8", "-t", "-k", "" + socket));
            boolean writes = NbdJobs.writes(job);
            command.addAll(List.of("-f", writes || NbdJobs.ofQcow2(job) ? "qcow2" : "raw"));
            if (!writes) {
              command.add("-r");
            }
            command.add("" + disk);
            return command;
          }
        });
  }

  /// No server: QEMU writes its qcow2 itself.
  static Contender qcow2InPlace(NbdServed served) {
    return new NbdContender(
        served,
        new Foreign(served, "qemu-img", List.of("--version"), "qcow2 written in place, no NBD") {
          @Override
          public Optional<String> how(Job job) {
            return NbdJobs.writes(job) ? super.how(job) : Optional.empty();
          }

          @Override
          public boolean serves() {
            return false;
          }

          @Override
          List<String> command(Job job, Path socket, Path disk) {
            throw new IllegalStateException("nothing is started");
          }
        });
  }

  private record Own(NbdServed served, WorkerProcess worker) implements Server {
    @Override
    public String name() {
      return "landfall";
    }

    @Override
    public String version() {
      return Versions.ofLandfall();
    }

    @Override
    public Optional<String> how(Job job) {
      return Optional.of(NbdJobs.writes(job) ? "overlay of ours" : "as landfall image serve");
    }

    @Override
    public String ready(Job job, Path overlay) throws IOException {
      Path disk = NbdJobs.ofQcow2(job) ? served.qcow2() : served.raw();
      Path socket = served.socket(name());
      worker.tell(
          new Order.ShowDisk(
              disk.toString(), NbdJobs.writes(job) ? overlay.toString() : "", socket.toString()));
      return NbdServed.uri(socket);
    }

    @Override
    public void done(Job job) throws IOException {
      worker.tell(new Order.HideDisk(served.socket(name()).toString()));
    }

    @Override
    public Path written(Path overlay) {
      return overlay.resolve("1.overlay");
    }

    @Override
    public void close() throws IOException {
      worker.close();
    }
  }

  private abstract static class Foreign implements Server {
    private final NbdServed served;
    private final String name;
    private final String version;
    private final String how;
    private Process process;

    Foreign(NbdServed served, String name, List<String> askVersion, String how) {
      this.served = served;
      this.name = name;
      this.how = how;
      List<String> ask = new ArrayList<>(List.of(name));
      ask.addAll(askVersion);
      this.version = Programs.version(ask.toArray(String[]::new));
    }

    /// The server's command.
    abstract List<String> command(Job job, Path socket, Path disk);

    @Override
    public String name() {
      return name;
    }

    @Override
    public String version() {
      return version;
    }

    @Override
    public Optional<String> how(Job job) {
      return Optional.of(how);
    }

    @Override
    public String ready(Job job, Path overlay) throws IOException {
      Path disk = NbdJobs.ofQcow2(job) ? served.qcow2() : served.raw();
      if (NbdJobs.writes(job)) {
        disk = overlay;
        served
            .rig()
            .run(
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-F",
                "raw",
                "-b",
                served.raw().toString(),
                disk.toString());
      }
      if (!serves()) {
        return disk.toString();
      }
      Path socket = served.socket(name);
      Files.deleteIfExists(socket);
      List<String> command = command(job, socket, disk);
      process =
          served.rig().start(served.logs().resolve(name + ".log"), command.toArray(String[]::new));
      String uri = NbdServed.uri(socket);
      Ports.await(served.rig(), "nbdinfo", "--size", uri);
      return uri;
    }

    @Override
    public void done(Job job) throws IOException {
      if (process != null) {
        Rig.stop(process);
        process = null;
      }
    }

    @Override
    public void close() throws IOException {
      done(null);
    }
  }

  @Override
  public String name() {
    return server.name();
  }

  @Override
  public String version() {
    return server.version();
  }

  @Override
  public Optional<String> how(Job job) {
    return server.how(job).map(how -> how + "; " + String.join(" ", command(job, "DISK")));
  }

  /// A server shows what is in an image; without one, the client is told of its format.
  private String[] command(Job job, String name) {
    String[] command = served.jobs().client(job, name);
    for (int i = 0; i < command.length && !server.serves(); i++) {
      command[i] = command[i].equals("raw") ? "qcow2" : command[i];
    }
    return command;
  }

  @Override
  public void prepare(Job job, Path work) throws IOException {
    disk = server.ready(job, overlay(job, work));
  }

  private static Path overlay(Job job, Path work) {
    return work.resolve(job.name().replace(' ', '-'));
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    served.rig().run(command(job, disk));
    return Map.of();
  }

  @Override
  public Map<String, Double> settle(Job job) throws IOException {
    server.done(job);
    return Map.of();
  }

  @Override
  public Path result(Job job, Path work) {
    return server.written(overlay(job, work));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
