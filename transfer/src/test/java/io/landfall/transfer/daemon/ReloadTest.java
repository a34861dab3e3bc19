package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.store.seal.StoreKey;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.net.PeerIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What changes while agents run, setting by setting, as far as it shows in what an agent says; and
/// what does not. What else it does then is in [ReloadedWorkTest].
@Timeout(60)
class ReloadTest extends ReloadedAgents {
  /// Settings that have a test of their own, below or in [ReloadedWorkTest].
  private static final Set<String> TESTED_APART =
      Set.of(
          "MAX_CONCURRENT_UPLOADS",
          "MAX_CONCURRENT_DOWNLOADS",
          QueuePolicy.DISK_LOAD,
          QueuePolicy.INCREMENTS,
          QueuePolicy.USER,
          "LANDFALL_IMAGE_CACHE_SIZE",
          "LANDFALL_MAX_SEND_RATE",
          "LANDFALL_MAX_SEND_RATE_PER_OWNER",
          "LANDING",
          "RESERVED_DISK",
          "LANDFALL_CHECKPOINT_QUOTA",
          "LANDFALL_CHECKPOINT_COMPRESSION",
          "LANDFALL_CHECKPOINT_INTERVAL",
          "JOB_DEFAULT_LEASE_DURATION",
          "APPEND_REQ_VM",
          "APPEND_REQUIREMENTS",
          "LANDFALL_SUBMIT_HOSTS",
          "VM_NETWORKING_DEFAULT_TYPE",
          "XEN_BOOTLOADER",
          "LANDFALL_LOG_FORMAT",
          "LANDFALL_LOG_LEVEL");

  /// Settings that show in what an execute host says of itself.
  record Shown(String name, String value, List<String> besides, String in, String at) {}

  private static final List<Shown> SHOWN =
      List.of(
          new Shown("VM_TYPE", "kvm, xen", List.of(), "vmTypes", "[kvm, xen]"),
          new Shown("VM_MEMORY", "777", List.of(), "memoryMiB", "777"),
          new Shown("VM_MAX_NUMBER", "77", List.of(), "slots", "77"),
          new Shown("ARCH", "ARM64", List.of(), "Arch", "ARM64"),
          new Shown("FILESYSTEM_DOMAIN", "here.example", List.of(), "FileSystemDomain", "here."),
          new Shown("VM_NETWORKING", "false", List.of(), "VM_Networking", "false"),
          new Shown(
              "VM_NETWORKING_TYPE",
              "bridge",
              List.of("VM_NETWORKING_BRIDGE_INTERFACE = br7"),
              "VM_Networking_Types",
              "\"bridge\""),
          new Shown(
              "VM_NETWORKING_BRIDGE_INTERFACE",
              "br7",
              List.of(),
              "VM_Networking_Types",
              "nat,bridge"),
          new Shown("VM_HARDWARE_VT", "true", List.of(), "VM_HardwareVT", "true"),
          new Shown("START", "TARGET.Owner == \"bob\"", List.of(), "Requirements", "bob"));

  @Test
  void everySettingThatChangesWhileAnAgentRunsIsTestedHere() {
    Set<String> tested = new HashSet<>(TESTED_APART);
    SHOWN.forEach(shown -> tested.add(shown.name));
    assertThat(tested).isEqualTo(Administration.LIVE);
  }

  @Test
  void theManualNamesEverySettingThatWaitsForARestart() throws Exception {
    String manual = Files.readString(Path.of("OPERATIONS.md"));
    String named =
        manual.substring(
            manual.indexOf("These wait for a restart"),
            manual.indexOf("Everything else holds at once"));
    Set<String> waiting = new HashSet<>(AgentKnobs.NAMES);
    waiting.removeAll(Administration.LIVE);
    Set<String> said = new HashSet<>();
    var words = Pattern.compile("`([A-Z_]+)`").matcher(named);
    while (words.find()) {
      said.add(words.group(1));
    }
    assertThat(said).isEqualTo(waiting);
  }

  private static List<Shown> shown() {
    return SHOWN;
  }

  @ParameterizedTest
  @MethodSource("shown")
  void anExecuteHostOffersWhatItIsToldToOffer(Shown shown) throws Exception {
    execute.reload(shown.besides.toArray(String[]::new));
    if (!shown.name.equals("VM_NETWORKING_BRIDGE_INTERFACE")) {
      assertThat(offered(shown.in)).doesNotContain(shown.at);
    }
    List<String> lines = new ArrayList<>(shown.besides);
    lines.add(shown.name + " = " + shown.value);

    assertThat(execute.reload(lines.toArray(String[]::new)))
        .isEqualTo(new Reply.Reloaded(Map.of(shown.name, shown.value), List.of()));

    assertThat(offered(shown.in)).contains(shown.at);
    assertThat(execute.administration.inspect().settings()).containsEntry(shown.name, shown.value);
    execute.reload();
    assertThat(offered(shown.in)).doesNotContain(shown.at);
  }

  private String offered(String what) throws Exception {
    Reply.HostAd host = execute.agent.execute().describe();
    return switch (what) {
      case "vmTypes" -> host.vmTypes().toString();
      case "memoryMiB" -> Integer.toString(host.memoryMiB());
      case "slots" -> Integer.toString(host.slots());
      default ->
          host.machines()
              .getFirst()
              .lines()
              .filter(line -> line.startsWith(what + " = "))
              .findFirst()
              .orElse("");
    };
  }

  @Test
  void onlySubmitHostsThatAreNamedNowRunMachines() throws Exception {
    PeerIdentity host = new PeerIdentity(PeerIdentity.Proof.HOST_CERTIFICATE, "submit1");
    Request<?> request = new Request.Attach("ann/1.0@submit1");
    Authorisation authorisation = execute.agent.authorisation();
    execute.reload("LANDFALL_SUBMIT_HOSTS = submit2");
    assertThatThrownBy(() -> authorisation.require(host, request))
        .hasMessageContaining("LANDFALL_SUBMIT_HOSTS");
    execute.reload("LANDFALL_SUBMIT_HOSTS = submit2, submit1");
    assertThatCode(() -> authorisation.require(host, request)).doesNotThrowAnyException();
  }

  @Test
  void machinesWithoutAWishGetTheNetworkThatIsTheStandardNow() throws Exception {
    String bridge = "VM_NETWORKING_BRIDGE_INTERFACE = br7";
    execute.reload(bridge);
    assertThat(network()).isEqualTo(VmNetwork.user(Optional.empty()));
    execute.reload(bridge, "VM_NETWORKING_DEFAULT_TYPE = bridge");
    assertThat(network()).isEqualTo(VmNetwork.bridge("br7", Optional.empty()));
  }

  @Test
  void xenGuestsBootWithWhatIsTheBootLoaderNow() throws Exception {
    execute.reload("XEN_BOOTLOADER = /opt/pygrub");
    assertThat(execute.agent.execute().settings().machine().toString()).contains("/opt/pygrub");
  }

  private VmNetwork network() throws Exception {
    Request.VmShape any =
        new Request.VmShape(
            32,
            1,
            Optional.empty(),
            Optional.of(Request.VmShape.ANY_NETWORK),
            false,
            Optional.empty(),
            Optional.empty());
    AgentSettings now = execute.agent.execute().settings();
    return ClaimMachine.spec("ann/1.0@s", directory, any, List.of(), now.machine(), now.bridge())
        .network();
  }

  @Test
  void loggingIsToldHowToLog() throws Exception {
    execute.reload("LANDFALL_LOG_FORMAT = json", "LANDFALL_LOG_LEVEL = debug");
    assertThat(execute.logging())
        .isEqualTo(new Logging(Logging.Format.JSON, System.Logger.Level.DEBUG));
    execute.reload();
    assertThat(execute.logging())
        .isEqualTo(new Logging(Logging.Format.TEXT, System.Logger.Level.INFO));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '=',
      value = {
        "LANDFALL_ROLES=EXECUTE",
        "LANDFALL_NAME=another",
        "NETWORK_INTERFACE=127.0.0.2",
        "LANDFALL_PORT=1234",
        "LANDFALL_ADDRESS_FILE=/nowhere/address",
        "SPOOL=/nowhere/spool",
        "EXECUTE=/nowhere/execute",
        "LANDFALL_EXECUTE_HOSTS=127.0.0.3",
        "LANDFALL_HYPERVISOR=qemu",
        "LANDFALL_POOL=/nowhere/pool",
        "TRANSPORT_ENCRYPTION=NEVER",
        "LANDFALL_COPY_DIRECTORIES='images=/nowhere'",
        "LANDFALL_HTTP_LISTEN=127.0.0.1:0",
        "LANDFALL_SWARM=false",
        "LANDFALL_SWARM_UPLOADS=9",
        "LANDFALL_CHECKPOINT_KEY_FILE=store.key",
        "VM_STATUS_INTERVAL=10",
        "VMWARE_NETWORKING_TYPE=nat",
        "VMWARE_NAT_NETWORKING_TYPE=nat",
        "VMWARE_BRIDGE_NETWORKING_TYPE=bridged",
        "VMWARE_LOCAL_SETTINGS_FILE=local.vmx"
      })
  void whatWaitsForARestartIsNamedAndIsNotInForce(String name, String value) throws Exception {
    String said = value;
    if (value.equals("local.vmx")) {
      said = Files.writeString(directory.resolve(value), "a.b = \"c\"").toString();
    }
    if (value.equals("store.key")) {
      StoreKey.create(directory.resolve(value));
      said = directory.resolve(value).toString();
    } else if (value.equals("local.vmx")) {
      said = Files.writeString(directory.resolve(value), "sound.present = \"FALSE\"\n").toString();
    }
    Map<String, String> before = submit.administration.inspect().settings();

    assertThat(submit.reload(name + " = " + said))
        .isEqualTo(new Reply.Reloaded(Map.of(), List.of(name)));

    assertThat(submit.administration.inspect().settings()).isEqualTo(before);
    assertThat(Administration.LIVE).doesNotContain(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VM_MEMORY = lots",
        "LANDFALL_NO_SUCH_SETTING = 1",
        "RESERVED_DISK = -1",
        "START = Owner ==",
        "VM_NETWORKING_TYPE = bridge",
        "LANDFALL_CHECKPOINT_KEY_FILE = /nowhere/key",
        "LANDFALL_HTTP_LISTEN = 0.0.0.0:80",
        "this is no statement"
      })
  void aWrongFileIsRefusedWithFileAndLineAndNothingChanges(String wrong) throws Exception {
    execute.reload("VM_MAX_NUMBER = 3");
    Reply.HostAd before = execute.agent.execute().describe();
    int line = Files.readAllLines(execute.file()).size() + 1;

    assertThatThrownBy(() -> execute.reload("VM_MAX_NUMBER = 4", wrong))
        .hasMessageContaining("the old configuration stays in force")
        .hasMessageContaining(execute.file() + ":" + line);

    assertThat(execute.agent.execute().describe().slots()).isEqualTo(before.slots());
    assertThat(execute.administration.inspect().settings()).containsEntry("VM_MAX_NUMBER", "3");
  }
}
