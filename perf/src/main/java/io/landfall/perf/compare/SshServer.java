package io.landfall.perf.compare;

import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An OpenSSH server of our own on the submit host, with keys and a configuration that nobody else
/// uses. The cipher is the fastest that it has where a processor knows AES.
public final class SshServer implements AutoCloseable {
  private static final String SERVER = "/usr/sbin/sshd";
  private static final String CIPHER = "aes128-gcm@openssh.com";

  /// Where a server that root starts wants an empty directory.
  private static final Path EMPTY = Path.of("/run/sshd");

  private final Rig rig;
  private final Path directory;
  private final int port;
  private final Process server;

  private SshServer(Rig rig, Path directory, int port, Process server) {
    this.rig = rig;
    this.directory = directory;
    this.port = port;
    this.server = server;
  }

  /// Whether all that it needs is installed, and it may be started: as root.
  public static boolean installed() {
    return Files.isExecutable(Path.of(SERVER))
        && Programs.have("ssh", "scp", "ssh-keygen")
        && Programs.root();
  }

  /// Starts one.
  ///
  /// @param directory for its files; nothing may be there
  public static SshServer start(Rig rig, Path directory) throws IOException {
    Files.createDirectory(directory);
    Files.createDirectories(EMPTY);
    for (String key : List.of("host", "user")) {
      rig.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "" + directory.resolve(key));
    }
    int port = Ports.free();
    Files.writeString(
        directory.resolve("known"),
        "[%s]:%d %s"
            .formatted(rig.address(), port, Files.readString(directory.resolve("host.pub"))));
    Path config = directory.resolve("sshd_config");
    Files.writeString(
        config,
        """
        ListenAddress %s
        Port %d
        HostKey %s
        AuthorizedKeysFile %s
        Ciphers %s
        PidFile none
        UsePAM no
        StrictModes no
        PasswordAuthentication no
        PermitRootLogin yes
        MaxStartups 100
        Subsystem sftp internal-sftp
        """
            .formatted(
                rig.address(),
                port,
                directory.resolve("host"),
                directory.resolve("user.pub"),
                CIPHER));
    Process process =
        rig.start(directory.resolve("sshd.log"), SERVER, "-D", "-e", "-f", config.toString());
    SshServer server = new SshServer(rig, directory, port, process);
    try {
      List<String> probe = new ArrayList<>(server.shell());
      probe.addAll(List.of(server.user(), "true"));
      Ports.await(rig, probe.toArray(String[]::new));
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private List<String> options() {
    List<String> options = new ArrayList<>();
    for (String option :
        List.of(
            "IdentityFile=" + directory.resolve("user"),
            "IdentitiesOnly=yes",
            "UserKnownHostsFile=" + directory.resolve("known"),
            "GlobalKnownHostsFile=/dev/null",
            "StrictHostKeyChecking=yes",
            "BatchMode=yes",
            "Compression=no",
            "Ciphers=" + CIPHER)) {
      options.addAll(List.of("-o", option));
    }
    return options;
  }

  /// `ssh` with all options but the host.
  List<String> shell() {
    List<String> command = new ArrayList<>(List.of("ssh", "-F", "/dev/null", "-p", "" + port));
    command.addAll(options());
    return command;
  }

  /// `scp` with all options but what is copied.
  List<String> copy() {
    List<String> command =
        new ArrayList<>(List.of("scp", "-F", "/dev/null", "-q", "-P", "" + port));
    command.addAll(options());
    return command;
  }

  /// Whom to log in as, and where.
  String user() {
    return System.getProperty("user.name") + "@" + rig.address();
  }

  /// A file or directory of the server, as clients name it.
  String remote(Path path) {
    return user() + ":" + path;
  }

  Process process() {
    return server;
  }

  @Override
  public void close() throws IOException {
    Rig.stop(server);
  }
}
