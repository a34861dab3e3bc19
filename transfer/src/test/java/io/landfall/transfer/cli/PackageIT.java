package io.landfall.transfer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The package on a host without any Java: a minimal Debian of its own that is entered by chroot.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackageIT {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  /// Made once; a later run on the same machine begins by removing what it installed.
  private final Path root = TARGET.resolve("package-root");

  private record Outcome(int code, String output) {}

  @BeforeAll
  void aHostWithoutJava() throws Exception {
    assumeTrue(Tools.isRoot(), "chroot needs root");
    Tools.need("debootstrap", "unshare");
    if (!Files.exists(root.resolve("ready"))) {
      run("rm", "-rf", root.toString());
      Outcome made =
          run("debootstrap", "--variant=minbase", "--include=systemd", "bookworm", root.toString());
      assertThat(made.code()).as(made.output()).isZero();
      Files.createFile(root.resolve("ready"));
    }
    run("rm", "-rf", root + "/opt", root + "/usr/local/bin", root + "/etc/landfall");
    Files.createDirectories(root.resolve("opt"));
    Outcome unpacked = run("tar", "-xzf", archive().toString(), "-C", root + "/opt");
    assertThat(unpacked.code()).as(unpacked.output()).isZero();
    Outcome installed = inside("/opt/landfall-*/install");
    assertThat(installed.code()).as(installed.output()).isZero();
  }

  private static Path archive() throws IOException {
    try (Stream<Path> files = Files.list(TARGET)) {
      return files.filter(f -> f.toString().endsWith("-linux-x86_64.tar.gz")).findFirst().get();
    }
  }

  @Test
  void itRunsWithItsOwnRuntime() throws Exception {
    assertThat(inside("command -v java").code()).as("a JDK is in the way").isNotZero();
    assertThat(inside("landfall --version").output()).contains("landfall ", "Java 25");
  }

  @Test
  void theAheadOfTimeCacheFitsTheUnpackedJars() throws Exception {
    Outcome outcome =
        inside("LANDFALL_JAVA_OPTS='-XX:AOTMode=on -Xlog:aot=error' landfall --version");
    assertThat(outcome.code()).as(outcome.output()).isZero();
  }

  @Test
  void theDemoRunsOnTheSimulatedHypervisor() throws Exception {
    Outcome outcome = inside("cd /tmp && landfall demo --simulated");
    assertThat(outcome.code()).as(outcome.output()).isZero();
    assertThat(inside("rm -rf /tmp/landfall-demo-*").code()).isZero();
  }

  @Test
  void theDoctorFindsThatThereIsNoHypervisorAndThatTheRestWorks() throws Exception {
    Outcome outcome = inside("landfall doctor");
    assertThat(outcome.code()).as(outcome.output()).isEqualTo(3);
    assertThat(outcome.output())
        .contains("  broken  QEMU ", "qemu-system-x86_64")
        .contains("  good    RocksDB ", "  good    epoll ", "  good    TLS ")
        .contains("/etc/landfall/landfall.conf is valid")
        .doesNotContain("cannot be examined", "\u001b");
  }

  @Test
  void aLinkByItsNameIsThePluginAndTakesNoOptionsOfTheRuntime() throws Exception {
    Outcome outcome =
        inside(
            "cd /usr/local/bin && ln -sf landfall landfall_plugin"
                + " && LANDFALL_JAVA_OPTS=-XX:+NoSuchOption JAVA_TOOL_OPTIONS=-Da=b"
                + " landfall_plugin -classad");
    assertThat(outcome.code()).as(outcome.output()).isZero();
    assertThat(outcome.output()).startsWith("PluginType = \"FileTransfer\"\n");
  }

  @Test
  void theUnitsAreWhatSystemdUnderstands() throws Exception {
    Outcome outcome =
        inside("systemd-analyze verify --man=no landfall-execute.service landfall-submit.service");
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.code()).isZero();
  }

  @Test
  void anUpgradeKeepsTheConfigurationAndRemovalKeepsTheJobs() throws Exception {
    assertThat(inside("echo 'VM_MEMORY = 512' > /etc/landfall/landfall.conf").code()).isZero();
    Outcome upgraded =
        inside(
            """
            set -e
            landfall agent --set LANDFALL_HYPERVISOR=simulated --set LANDFALL_PORT=0 --set LANDFALL_ADDRESS_FILE=/tmp/at &
            until [ -e /tmp/at ]; do sleep 0.1; done
            cp -al /opt/landfall-* /tmp/
            /tmp/landfall-*/install
            landfall status --once "$(cat /tmp/at)"
            landfall reload --agent "$(cat /tmp/at)"
            kill $!
            wait $! || [ $? = 143 ]
            rm -rf /tmp/at /tmp/landfall-*
            """);
    assertThat(upgraded.output())
        .as("an agent answers when its files have been replaced")
        .contains("(execute + submit), up ", "nothing has changed");
    assertThat(upgraded.code()).as(upgraded.output()).isZero();
    assertThat(inside("cat /etc/landfall/landfall.conf").output()).isEqualTo("VM_MEMORY = 512\n");
    assertThat(inside("landfall agent --show-config").output())
        .containsPattern("VM_MEMORY = 512 +# /etc/landfall/landfall.conf:1")
        .containsPattern("SPOOL = /var/spool/landfall +# default");

    Outcome removed = inside("cp -al /opt /tmp/kept && /opt/landfall/uninstall");
    assertThat(removed.code()).as(removed.output()).isZero();
    assertThat(inside("command -v landfall").code()).isNotZero();
    assertThat(inside("ls -d /etc/landfall /var/spool/landfall /var/lib/landfall").code()).isZero();
    assertThat(inside("cp -al /tmp/kept/. /opt/ && rm -rf /tmp/kept").code()).isZero();
    assertThat(inside("/opt/landfall-*/install").code()).isZero();
  }

  @Test
  void theDebianPackageInstallsAndRemovesTheSame() throws Exception {
    Tools.need("dpkg-deb");
    String version =
        archive().getFileName().toString().replaceAll("landfall-|-linux-x86_64.tar.gz", "");
    Path made = TARGET.resolve("landfall_" + version + "_amd64.deb");
    assertThat(run("dpkg-deb", "--info", made.toString()).output())
        .contains("Package: landfall", "Architecture: amd64", "postinst", "prerm");
    assertThat(run("dpkg-deb", "--contents", made.toString()).output())
        .containsPattern(
            "-rwxr-xr-x root/root +\\d+ [-0-9]+ [:0-9]+ ./opt/landfall-[^/]+/bin/landfall\n")
        .containsPattern("-rwxr-xr-x root/root .*/runtime/bin/java\n");

    Files.copy(made, root.resolve("landfall.deb"), StandardCopyOption.REPLACE_EXISTING);
    Outcome outcome =
        inside(
            """
            set -e
            mv /opt /opt.unpacked
            echo 'VM_MEMORY = 512' > /etc/landfall/landfall.conf
            dpkg --force-unsafe-io -i /landfall.deb
            landfall --version
            dpkg -r landfall
            ! command -v landfall
            ls -d /etc/landfall/landfall.conf /var/spool/landfall /var/lib/landfall
            [ -z "$(ls -A /opt)" ]
            rm -rf /opt /landfall.deb
            mv /opt.unpacked /opt
            /opt/landfall-*/install
            """);
    assertThat(outcome.code()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("Java 25", "removed /opt/landfall-");
  }

  /// Runs a command line inside, in mount and process namespaces of its own so that nothing stays
  /// mounted or running.
  private Outcome inside(String command) throws IOException, InterruptedException {
    return run(
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "sh",
        "-c",
        "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" sh -c \"$1\"",
        root.toString(),
        command);
  }

  private static Outcome run(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder
        .environment()
        .put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().remove("JAVA_HOME");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    return new Outcome(process.exitValue(), output);
  }
}
