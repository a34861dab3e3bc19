package io.landfall.perf.compare;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// rsync, pulling from a daemon.
public final class Rsync implements Contender {
  private static final String MODULE = "bench";

  private final Rig rig;
  private final String name;
  private final Map<String, Pull> pulls;
  private final Process daemon;
  private final int port;

  /// One way to pull a file.
  ///
  /// @param image in the served directory
  /// @param basis the former job whose result is brought up to date; empty to pull it whole
  /// @param options of the client
  public record Pull(String image, Optional<String> basis, List<String> options) {}

  private Rsync(Rig rig, String name, Map<String, Pull> pulls, Process daemon, int port) {
    this.rig = rig;
    this.name = name;
    this.pulls = pulls;
    this.daemon = daemon;
    this.port = port;
  }

  /// Starts a daemon.
  ///
  /// @param name in the report
  /// @param directory that it serves
  /// @param pulls by name of the job
  /// @param logs a directory for its files
  public static Rsync start(
      Rig rig, String name, Path directory, Map<String, Pull> pulls, Path logs) throws IOException {
    int port = Ports.free();
    Path config = logs.resolve("rsyncd-" + port + ".conf");
    Files.writeString(
        config,
        "use chroot = no\nuid = %d\n[%s]\npath = %s\nread only = yes\n"
            .formatted((Integer) Files.getAttribute(directory, "unix:uid"), MODULE, directory));
    Process daemon =
        rig.start(
            logs.resolve("rsyncd.log"),
            "rsync",
            "--daemon",
            "--no-detach",
            "--address=127.0.0.1",
            "--port=" + port,
            "--config=" + config);
    Rsync rsync = new Rsync(rig, name, Map.copyOf(pulls), daemon, port);
    try {
      Ports.await(rig, "rsync", rsync.url(""));
      return rsync;
    } catch (IOException e) {
      rsync.close();
      throw e;
    }
  }

  private String url(String file) {
    return "rsync://127.0.0.1:" + port + "/" + MODULE + "/" + file;
  }

  /// Whether it is installed.
  public static boolean installed() {
    return Programs.have("rsync");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return Programs.version("rsync", "--version");
  }

  @Override
  public Optional<String> how(Job job) {
    return Optional.ofNullable(pulls.get(job.name()))
        .map(pull -> "rsync " + String.join(" ", pull.options()) + " rsync://… FILE");
  }

  @Override
  public void prepare(Job job, Path work) throws IOException {
    Optional<String> basis = pulls.get(job.name()).basis();
    if (basis.isPresent()) {
      Path from = work.resolve(basis.get() + ".raw");
      rig.run(
          "cp",
          "--sparse=always",
          "--preserve=timestamps",
          from.toString(),
          result(job, work).toString());
    }
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    Pull pull = pulls.get(job.name());
    List<String> command = new ArrayList<>(List.of("rsync"));
    command.addAll(pull.options());
    command.add(url(pull.image()));
    command.add(result(job, work).toString());
    rig.run(command.toArray(String[]::new));
    return Map.of();
  }

  @Override
  public Path result(Job job, Path work) {
    return work.resolve(job.name() + ".raw");
  }

  @Override
  public Optional<ProcessHandle> serving() {
    return Optional.of(daemon.toHandle());
  }

  @Override
  public void close() throws IOException {
    Rig.stop(daemon);
  }
}
