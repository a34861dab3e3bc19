package io.landfall.transfer.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.doctor.Finding.Level;
import io.landfall.transfer.net.Admission;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.pool.PoolAuthority;
import io.landfall.transfer.pool.PoolIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir private Path dir;

  @Test
  void whatItExaminesItLeavesAsItWas() throws Exception {
    Path execute = Files.createDirectory(dir.resolve("execute"));
    Diagnosis diagnosis = examine(Map.of("LANDFALL_ROLES", "EXECUTE"));

    assertThat(find(diagnosis, "EXECUTE").level()).isNotEqualTo(Level.BROKEN);
    assertThat(find(diagnosis, "EXECUTE speed").found()).containsPattern("writes \\d+ MB/s");
    assertThat(find(diagnosis, "RocksDB").level()).isEqualTo(Level.GOOD);
    assertThat(find(diagnosis, "sendfile, memfd").level()).isEqualTo(Level.GOOD);
    assertThat(execute).isEmptyDirectory();
  }

  @Test
  void aWrongConfigurationIsAFindingWithItsPlaceAndTheRestIsStillExamined() throws Exception {
    Path file = Files.writeString(dir.resolve("bad.conf"), "\nVM_MEMORY = lots\n");
    Diagnosis diagnosis = Doctor.examine(sources(Optional.of(file), Map.of()));

    assertThat(diagnosis.worst()).isEqualTo(Level.BROKEN);
    assertThat(find(diagnosis, "configuration").found())
        .startsWith(file + ":2:")
        .contains("VM_MEMORY");
    assertThat(find(diagnosis, "Java").level()).isEqualTo(Level.GOOD);
  }

  @Test
  void aKeyThatOthersCanReadAndACertificateThatEndsSoonAreFound() throws Exception {
    PoolAuthority.init(dir.resolve("pool"));
    Path host =
        PoolAuthority.open(dir.resolve("pool"))
            .issue(PoolIdentity.host("here"), List.of(), Duration.ofDays(3));
    Map<String, String> set = Map.of("LANDFALL_POOL", host.toString());

    assertThat(find(examine(set), "expiry").level()).isEqualTo(Level.COSTS);

    Files.setPosixFilePermissions(
        host.resolve("client-key.pem"), PosixFilePermissions.fromString("rw-r--r--"));
    Finding pool = find(examine(set), "pool");
    assertThat(pool.level()).isEqualTo(Level.BROKEN);
    assertThat(pool.found()).contains("client-key.pem", "chmod 600");
  }

  @Test
  void aHostThatDoesNotAnswerIsBrokenAndOneThatRefusesToSpeakToo() throws Exception {
    try (Endpoint deaf = Endpoint.open(EndpointSettings.of("deaf"), Admission.thisMachine())) {
      InetSocketAddress address =
          deaf.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), peer -> {});
      String name = "127.0.0.1:" + address.getPort();
      Diagnosis diagnosis =
          examine(
              Map.of("LANDFALL_ROLES", "SUBMIT", "LANDFALL_EXECUTE_HOSTS", name + ", 127.0.0.1:1"));

      assertThat(find(diagnosis, name).level()).isEqualTo(Level.BROKEN);
      assertThat(find(diagnosis, "127.0.0.1:1").level()).isEqualTo(Level.BROKEN);
    }
  }

  @Test
  void whatHangsIsAFindingAndHidesNothing() {
    CountDownLatch never = new CountDownLatch(1);
    Diagnosis diagnosis =
        new Doctor(Duration.ofMillis(200))
            .run(
                List.of(
                    check(
                        "slow",
                        findings -> {
                          findings.accept(Finding.good("before", "told"));
                          await(never);
                        }),
                    check(
                        "broken",
                        findings -> {
                          throw new IllegalStateException("on purpose");
                        })));

    assertThat(find(diagnosis, "before").found()).isEqualTo("told");
    assertThat(find(diagnosis, "slow").level()).isEqualTo(Level.BROKEN);
    assertThat(find(diagnosis, "broken").found()).contains("on purpose");
    assertThat(diagnosis.count(Level.BROKEN)).isEqualTo(2);
  }

  @Test
  void limitsAreReadAsTheKernelWritesThem() {
    String limits =
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max open files            1024                 524288               files
        Max locked memory         unlimited            unlimited            bytes
        """;
    assertThat(LimitsCheck.limit(limits, "Max open files")).hasValue(1024);
    assertThat(LimitsCheck.limit(limits, "Max locked memory")).isEmpty();
    assertThat(LimitsCheck.available("MemTotal: 5 kB\nMemAvailable:   2048 kB\n"))
        .isEqualTo(2048 << 10);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Check check(String group, Consumer<Consumer<Finding>> asks) {
    return new Check() {
      @Override
      public String group() {
        return group;
      }

      @Override
      public void run(Consumer<Finding> findings) {
        asks.accept(findings);
      }
    };
  }

  private Diagnosis examine(Map<String, String> set) {
    return Doctor.examine(sources(Optional.empty(), set));
  }

  private ConfigurationSources sources(Optional<Path> file, Map<String, String> set) {
    Map<String, String> defaults =
        Map.of(
            "EXECUTE", dir.resolve("execute").toString(),
            "SPOOL", dir.resolve("spool").toString(),
            "LANDFALL_HYPERVISOR", "simulated");
    return new ConfigurationSources(defaults, file, Map.of(), set, FileLookup.system());
  }

  private static Finding find(Diagnosis diagnosis, String subject) {
    return diagnosis.groups().stream()
        .flatMap(group -> group.findings().stream())
        .filter(finding -> finding.subject().equals(subject))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + subject + " in " + diagnosis));
  }
}
