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

/// rsync, pulling from a daemon or over ssh.
public final class Rsync implements Contender {
  private static final String MODULE = "bench";

  private final Rig rig;
  private final String name;
  private final Map<String, Pull> pulls;
  private final Process server;
  private final boolean owned;
  private final List<String> shell;
  private final String prefix;

  /// One way to pull a file.
  ///
  /// @param image in the served directory
  /// @param basis the former job whose result is brought up to date; empty to pull it whole
  /// @param options of the client
  public record Pull(String image, Optional<String> basis, List<String> options) {}

  private Rsync(
      Rig rig,
      String name,
      Map<String, Pull> pulls,
      Process server,
      boolean owned,
      List<String> shell,
      String prefix) {
    this.rig = rig;
    this.name = name;
    this.pulls = pulls;
    this.server = server;
    this.owned = owned;
    this.shell = shell;
    this.prefix = prefix;
  }

  /// Pulls over ssh.
  ///
  /// @param server stays its owner's
  /// @param directory that pulls name files of
  public static Rsync over(Rig rig, SshServer server, Path directory, Map<String, Pull> pulls) {
    return new Rsync(
        rig,
        "rsync over ssh",
        Map.copyOf(pulls),
        server.process(),
        false,
        server.shell(),
        server.remote(directory) + "/");
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
            "--address=" + rig.address(),
            "--port=" + port,
            "--config=" + config);
    String prefix = "rsync://" + rig.address() + ":" + port + "/" + MODULE + "/";
    Rsync rsync = new Rsync(rig, name, Map.copyOf(pulls), daemon, true, List.of(), prefix);
    try {
      Ports.await(rig, "rsync", prefix);
      return rsync;
    } catch (IOException e) {
      rsync.close();
      throw e;
    }
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
        .map(pull ->
            "rsync "
                + String.join(" ", pull.options())
                + (shell.isEmpty() ? " rsync://… FILE" : " -e ssh HOST:FILE FILE, aes128-gcm"));
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
    if (!shell.isEmpty()) {
      command.addAll(List.of("-e", String.join(" ", shell)));
    }
    command.add(prefix + pull.image());
    command.add(result(job, work).toString());
    rig.run(command.toArray(String[]::new));
    return Map.of();
  }

  @Override
  public Optional<ProcessHandle> serving() {
    return Optional.of(server.toHandle());
  }

  @Override
  public void close() throws IOException {
    if (owned) {
      Rig.stop(server);
    }
  }
}
