package io.landfall.perf.compare;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Host;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// globus-url-copy, pulling from a GridFTP server that lets anybody in. It knows no holes and no
/// delta, and encrypts nothing here.
public final class GridFtp implements Contender {
  /// Blocks of this size, each sent with its offset.
  private static final String BLOCK_BYTES = "1048576";

  private static final Path MACHINE_NAME = Path.of("/proc/sys/kernel/hostname");

  private final Rig rig;
  private final Map<String, Path> sources;
  private final Process server;
  private final int port;
  private final List<String> prefix;

  private GridFtp(
      Rig rig, Map<String, Path> sources, Process server, int port, List<String> prefix) {
    this.rig = rig;
    this.sources = sources;
    this.server = server;
    this.port = port;
    this.prefix = prefix;
  }

  /// It asks for the names of addresses, and for the address of this machine's name, and does not
  /// start where nobody tells; so over a link it is run with a file of hosts of its own.
  private static List<String> withNames(Rig rig, Host host, Path logs) throws IOException {
    if (rig.link().isEmpty()) {
      return List.of();
    }
    Path hosts =
        Files.writeString(
            logs.resolve("hosts" + host.number()),
            "127.0.0.1 localhost\n%s %s\n%s submit\n%s execute\n"
                .formatted(
                    rig.address(host),
                    Files.readString(MACHINE_NAME).strip(),
                    rig.address(Host.SUBMIT),
                    rig.address(Host.EXECUTE)));
    return List.of(
        "unshare",
        "--mount",
        "sh",
        "-c",
        "mount --bind '" + hosts + "' /etc/hosts && exec \"$@\"",
        "with-names");
  }

  /// Whether it is installed.
  public static boolean installed() {
    return Programs.have("globus-url-copy", "globus-gridftp-server");
  }

  /// Starts a server.
  ///
  /// @param sources file or directory by the name of the job that copies it
  /// @param logs a directory for its output
  public static GridFtp start(Rig rig, Map<String, Path> sources, Path logs) throws IOException {
    int port = Ports.free();
    List<String> prefix = withNames(rig, Host.EXECUTE, logs);
    List<String> command = new ArrayList<>(withNames(rig, Host.SUBMIT, logs));
    command.addAll(
        List.of(
            "globus-gridftp-server",
            "-aa",
            "-p",
            "" + port,
            "-control-interface",
            rig.address(),
            "-data-interface",
            rig.address(),
            "-anonymous-user",
            System.getProperty("user.name")));
    if (Programs.root()) {
      command.add("-allow-root");
    }
    Process server = rig.start(logs.resolve("gridftp.log"), command.toArray(String[]::new));
    GridFtp copy = new GridFtp(rig, Map.copyOf(sources), server, port, prefix);
    try {
      Path probe = Files.writeString(logs.resolve("gridftp.probe"), "a file\n");
      List<String> ask = new ArrayList<>(prefix);
      ask.addAll(
          List.of("globus-url-copy", copy.url(probe), "file://" + logs.resolve("gridftp.probed")));
      Ports.await(rig, ask.toArray(String[]::new));
      return copy;
    } catch (IOException e) {
      copy.close();
      throw e;
    }
  }

  private String url(Path path) {
    return "ftp://%s:%d%s%s"
        .formatted(rig.address(), port, path, Files.isDirectory(path) ? "/" : "");
  }

  /// Over a distance four connections; on two processors they only get in one another's way.
  private List<String> options(Path source) {
    List<String> options = new ArrayList<>(List.of("-fast", "-bs", BLOCK_BYTES));
    if (rig.link().isPresent()) {
      options.addAll(List.of("-p", "4"));
    }
    if (Files.isDirectory(source)) {
      options.addAll(List.of("-r", "-cd", "-cc", "4", "-pp"));
    }
    return options;
  }

  @Override
  public String name() {
    return "globus-url-copy";
  }

  @Override
  public String version() {
    return Programs.version("globus-url-copy", "-version");
  }

  @Override
  public Optional<String> how(Job job) {
    return Optional.ofNullable(sources.get(job.name()))
        .map(
            source -> "globus-url-copy " + String.join(" ", options(source)) + " ftp://… file://…");
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    Path source = sources.get(job.name());
    List<String> command = new ArrayList<>(prefix);
    command.add("globus-url-copy");
    command.addAll(options(source));
    command.add(url(source));
    command.add("file://" + result(job, work) + (Files.isDirectory(source) ? "/" : ""));
    rig.run(command.toArray(String[]::new));
    return Map.of();
  }

  /// It keeps neither.
  @Override
  public boolean keepsModesAndTimes() {
    return false;
  }

  @Override
  public Optional<ProcessHandle> serving() {
    return Optional.of(server.toHandle());
  }

  @Override
  public void close() throws IOException {
    Rig.stop(server);
  }
}
