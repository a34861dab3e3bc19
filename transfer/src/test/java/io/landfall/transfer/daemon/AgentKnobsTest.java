package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.classad.Expression;
import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.lifecycle.drivers.DriverSettings;
import io.landfall.transfer.lifecycle.vmware.VmwareSettings;
import io.landfall.transfer.submit.NetworkingType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentKnobsTest {

  @Test
  void anAgentWithoutSettingsDoesBothOnTheLoopbackAddress() throws Exception {
    AgentSettings settings = read(Map.of());

    assertThat(settings.roles())
        .containsExactlyInAnyOrder(AgentSettings.Role.SUBMIT, AgentSettings.Role.EXECUTE);
    assertThat(settings.listen().getAddress().isLoopbackAddress()).isTrue();
    assertThat(settings.listen().getPort()).isEqualTo(9717);
    assertThat(settings.jobLease()).isEqualTo(Duration.ofMinutes(20));
  }

  @Test
  void theStatusPageIsNowhereUnlessAskedForAndNeverOnTheNetworkWithoutAPool() throws Exception {
    assertThat(read(Map.of()).http()).isEmpty();
    assertThat(read(Map.of("LANDFALL_HTTP_LISTEN", "unix:/run/s")).http().orElseThrow().socket())
        .contains(Path.of("/run/s"));
    assertThatThrownBy(() -> read(Map.of("LANDFALL_HTTP_LISTEN", "0.0.0.0:80")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("LANDFALL_HTTP_LISTEN")
        .hasMessageContaining("LANDFALL_POOL");
    assertThatThrownBy(() -> read(Map.of("LANDFALL_HTTP_LISTEN", "80")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("HOST:PORT");
  }

  @Test
  void everySettingCanBeSet() throws Exception {
    AgentSettings settings =
        read(
            Map.ofEntries(
                Map.entry("LANDFALL_ROLES", "execute"),
                Map.entry("LANDFALL_NAME", "exec1"),
                Map.entry("NETWORK_INTERFACE", "127.0.0.2"),
                Map.entry("LANDFALL_PORT", "1234"),
                Map.entry("SPOOL", "/s"),
                Map.entry("EXECUTE", "/e"),
                Map.entry("LANDFALL_EXECUTE_HOSTS", "127.0.0.3, 127.0.0.4:7"),
                Map.entry("LANDFALL_HYPERVISOR", "simulated"),
                Map.entry("VM_TYPE", "kvm"),
                Map.entry("VM_MEMORY", "512"),
                Map.entry("VM_MAX_NUMBER", "3"),
                Map.entry("MAX_CONCURRENT_UPLOADS", "7"),
                Map.entry("MAX_CONCURRENT_DOWNLOADS", "8"),
                Map.entry("FILE_TRANSFER_DISK_LOAD_THROTTLE", "5 to 6.5"),
                Map.entry("FILE_TRANSFER_DISK_LOAD_THROTTLE_WAIT_BETWEEN_INCREMENTS", "30"),
                Map.entry("TRANSFER_QUEUE_USER_EXPR", "strcat(\"Owner_\", Owner)"),
                Map.entry("LANDFALL_IMAGE_CACHE_SIZE", "9"),
                Map.entry("LANDFALL_MAX_SEND_RATE", "11"),
                Map.entry("LANDFALL_MAX_SEND_RATE_PER_OWNER", "5"),
                Map.entry("LANDING", "lazy"),
                Map.entry("LANDFALL_SWARM", "false"),
                Map.entry("LANDFALL_SWARM_UPLOADS", "3"),
                Map.entry("VM_NETWORKING_BRIDGE_INTERFACE", "br0"),
                Map.entry("LANDFALL_HTTP_LISTEN", "127.0.0.1:80"),
                Map.entry("RESERVED_DISK", "700"),
                Map.entry("LANDFALL_CHECKPOINT_QUOTA", "5, alice=20"),
                Map.entry("LANDFALL_CHECKPOINT_COMPRESSION", "zstd"),
                Map.entry("JOB_DEFAULT_LEASE_DURATION", "60"),
                Map.entry("ARCH", "ARM64"),
                Map.entry("FILESYSTEM_DOMAIN", "example.org"),
                Map.entry("VM_NETWORKING_TYPE", "bridge, nat"),
                Map.entry("VM_NETWORKING_DEFAULT_TYPE", "nat"),
                Map.entry("VM_HARDWARE_VT", "true"),
                Map.entry("VM_STATUS_INTERVAL", "45"),
                Map.entry("VMWARE_NAT_NETWORKING_TYPE", "hostonly"),
                Map.entry("VMWARE_BRIDGE_NETWORKING_TYPE", "custom"),
                Map.entry("XEN_BOOTLOADER", "/usr/bin/pygrub"),
                Map.entry("START", "TARGET.Owner != \"mallory\""),
                Map.entry("APPEND_REQ_VM", "TARGET.Disk > 1")));

    assertThat(settings.name()).isEqualTo("exec1");
    assertThat(settings.roles()).containsExactly(AgentSettings.Role.EXECUTE);
    assertThat(settings.listen().getPort()).isEqualTo(1234);
    assertThat(settings.spool()).isEqualTo(Path.of("/s"));
    assertThat(settings.execute()).isEqualTo(Path.of("/e"));
    assertThat(settings.executeHosts()).extracting(a -> a.getPort()).containsExactly(9717, 7);
    assertThat(settings.hypervisor()).isEqualTo("simulated");
    assertThat(settings.vmTypes()).isEqualTo(List.of("kvm"));
    assertThat(settings.vmMemoryMiB()).isEqualTo(512);
    assertThat(settings.vmMaxNumber()).isEqualTo(3);
    assertThat(settings.transfers())
        .isEqualTo(
            new TransferLimits(
                7,
                8,
                9L << 20,
                700L << 20,
                11L << 10,
                5L << 10,
                true,
                false,
                3,
                new QueuePolicy(
                    new DiskThrottle.Limits(5, 6.5, Duration.ofSeconds(30)),
                    Optional.of(Expression.parse("strcat(\"Owner_\", Owner)")))));
    assertThat(settings.bridge()).contains("br0");
    assertThat(settings.store().reservedDiskBytes()).isEqualTo(700L << 20);
    assertThat(settings.store().quotas().of("alice")).isEqualTo(20L << 20);
    assertThat(settings.store().quotas().of("bob")).isEqualTo(5L << 20);
    assertThat(settings.store().compression())
        .isEqualTo(io.landfall.protocol.content.Compression.ZSTD);
    assertThat(settings.jobLease()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.drivers())
        .isEqualTo(
            new DriverSettings(
                Optional.of(Duration.ofSeconds(45)),
                new VmwareSettings.Host("hostonly", "custom", Optional.empty())));
    assertThat(settings.machine())
        .isEqualTo(
            new MachinePolicy(
                "ARM64",
                "example.org",
                List.of(NetworkingType.BRIDGE, NetworkingType.NAT),
                NetworkingType.NAT,
                true,
                "/usr/bin/pygrub",
                Optional.of("TARGET.Owner != \"mallory\"")));
    assertThat(settings.appendRequirements()).contains("TARGET.Disk > 1");
  }

  @Test
  void aHostWithoutNetworkingOffersNone() throws Exception {
    assertThat(read(Map.of("VM_NETWORKING", "false")).machine().networkingTypes()).isEmpty();
  }

  @Test
  void hypervisorsAreLeftAloneUnlessTheAdministratorSaysSomething(@TempDir Path dir)
      throws Exception {
    assertThat(read(Map.of()).drivers()).isEqualTo(DriverSettings.STANDARD);
    assertThat(read(Map.of("VMWARE_NETWORKING_TYPE", "bridged")).drivers().vmware())
        .isEqualTo(new VmwareSettings.Host("bridged", "bridged", Optional.empty()));
    assertThatThrownBy(() -> read(Map.of("VM_STATUS_INTERVAL", "0")))
        .hasMessageContaining("VM_STATUS_INTERVAL must be a whole number from 1 to 3600");
    assertThatThrownBy(() -> read(Map.of("VMWARE_NETWORKING_TYPE", "vmnet8")))
        .hasMessageContaining("nat, bridged, hostonly or custom");
    Path file = Files.writeString(dir.resolve("local"), "no line of a .vmx");
    assertThatThrownBy(() -> read(Map.of("VMWARE_LOCAL_SETTINGS_FILE", file.toString())))
        .hasMessageContaining("lines of a .vmx");
    Files.writeString(file, "a.b = \"c\"");
    assertThat(
            read(Map.of("VMWARE_LOCAL_SETTINGS_FILE", file.toString()))
                .drivers()
                .vmware()
                .localSettings())
        .contains("a.b = \"c\"\n");
  }

  @Test
  void aBridgeThatIsNotNamedAndAStartThatIsNoExpressionAreRefused() {
    assertThatThrownBy(() -> read(Map.of("VM_NETWORKING_TYPE", "bridge")))
        .hasMessageContaining("VM_NETWORKING_BRIDGE_INTERFACE");
    assertThatThrownBy(() -> read(Map.of("START", "Owner ==")))
        .hasMessageContaining("a ClassAd expression");
  }

  @Test
  void anUnknownNameOfOursIsRefused() {
    assertThatThrownBy(() -> read(Map.of("LANDFALL_ROLE", "SUBMIT")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("LANDFALL_ROLES");
  }

  @Test
  void aSpoolThatCondorPreenWouldEmptyIsRefused() throws Exception {
    Map<String, String> htcondor = Map.of("CONDOR_HOST", "cm.example.org");

    assertThatThrownBy(() -> read(htcondor))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("VALID_SPOOL_FILES")
        .hasMessageContaining("condor_preen");
    assertThat(
            read(
                Map.of(
                    "CONDOR_HOST",
                    "cm.example.org",
                    "VALID_SPOOL_FILES",
                    "job_queue.log, landfall")))
        .isNotNull();
  }

  @Test
  void loggingIsTextAtInfoUnlessSaidOtherwise() throws Exception {
    assertThat(Logging.read(load(Map.of())))
        .isEqualTo(new Logging(Logging.Format.TEXT, System.Logger.Level.INFO));
    assertThat(
            Logging.read(
                load(Map.of("LANDFALL_LOG_FORMAT", "json", "LANDFALL_LOG_LEVEL", "debug"))))
        .isEqualTo(new Logging(Logging.Format.JSON, System.Logger.Level.DEBUG));
    assertThatThrownBy(() -> read(Map.of("LANDFALL_LOG_FORMAT", "xml")))
        .hasMessageContaining("LANDFALL_LOG_FORMAT must be text or json, not xml");
  }

  @Test
  void whatChangesWhileAnAgentRunsIsASetting() {
    assertThat(AgentKnobs.NAMES).containsAll(Administration.LIVE);
  }

  private static AgentSettings read(Map<String, String> set) throws Exception {
    return AgentKnobs.read(load(set));
  }

  private static Configuration load(Map<String, String> set) throws Exception {
    return Configuration.load(
        new ConfigurationSources(Map.of(), Optional.empty(), Map.of(), set, FileLookup.system()));
  }
}
