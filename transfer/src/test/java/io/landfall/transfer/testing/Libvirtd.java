package io.landfall.transfer.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A real libvirtd of the test's own: its configuration, state and socket are in a directory, and
/// nothing of the machine's libvirt is touched.
///
/// Root's libvirtd has paths that cannot be configured, so it gets a mount namespace in which they
/// are the test's; also a user `libvirt-qemu`, which it looks for however it is configured.
public final class Libvirtd implements AutoCloseable {
  private final Path dir;
  private final Process process;

  private Libvirtd(Path dir, Process process) {
    this.dir = dir;
    this.process = process;
  }

  /// Starts one in an empty directory; skips the calling test where it cannot run.
  public static Libvirtd start(Path dir) throws IOException, InterruptedException {
    Tools.need(
        "virsh", "libvirtd", "virt-xml-validate", "xmllint", "qemu-system-x86_64", "unshare");
    if (!Boolean.getBoolean("interop.required")) {
      Assumptions.assumeTrue(Tools.isRoot(), "libvirtd needs root for a mount namespace");
    }
    for (String name : List.of("etc", "lib", "cache", "run")) {
      Files.createDirectories(dir.resolve(name));
    }
    Files.writeString(
        dir.resolve("etc/qemu.conf"),
        """
        user = "root"
        group = "root"
        dynamic_ownership = 0
        remember_owner = 0
        security_driver = "none"
        namespaces = [ ]
        cgroup_controllers = [ ]
        stdio_handler = "file"
        """);
    Files.writeString(
        dir.resolve("etc/libvirtd.conf"),
        """
        unix_sock_dir = "%s"
        auth_unix_rw = "none"
        auth_unix_ro = "none"
        """
            .formatted(dir));
    append("passwd", dir, "libvirt-qemu:x:64055:64055::/:/bin/false\n");
    append("group", dir, "libvirt-qemu:x:64055:\n");
    String mounts =
        """
        set -e
        mkdir -p /etc/libvirt /var/lib/libvirt /var/cache/libvirt /run/libvirt
        mount --bind "$1/etc" /etc/libvirt
        mount --bind "$1/lib" /var/lib/libvirt
        mount --bind "$1/cache" /var/cache/libvirt
        mount --bind "$1/run" /run/libvirt
        mount --bind "$1/passwd" /etc/passwd
        mount --bind "$1/group" /etc/group
        exec libvirtd -f "$1/etc/libvirtd.conf" -p "$1/pid"
        """;
    Process process =
        new ProcessBuilder("unshare", "-m", "sh", "-c", mounts, "sh", dir.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("log").toFile())
            .start();
    Libvirtd libvirtd = new Libvirtd(dir, process);
    libvirtd.awaitSocket();
    return libvirtd;
  }

  private static void append(String file, Path dir, String line) throws IOException {
    Files.copy(Path.of("/etc", file), dir.resolve(file));
    Files.writeString(dir.resolve(file), line, StandardOpenOption.APPEND);
  }

  private void awaitSocket() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (Files.notExists(socket())) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
        throw new IOException("libvirtd did not start: " + Files.readString(dir.resolve("log")));
      }
    }
  }

  private Path socket() {
    return dir.resolve("libvirt-sock");
  }

  /// By which `virsh` reaches it.
  public String uri() {
    return "qemu+unix:///system?socket=" + socket();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
