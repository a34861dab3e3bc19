package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.QuotaExceededException;
import io.landfall.store.io.StoreFullException;
import io.landfall.store.seal.StoreKey;
import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.demo.DemoImage;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.lifecycle.VmNetwork;
import io.landfall.transfer.net.PeerIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What changes while agents run, setting by setting: a submit and an execute host in this process
/// read their configuration again, and what they do then is another thing.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReloadTest {
  private static final long MIB = 1 << 20;

  /// Settings that have a test of their own below.
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

  @TempDir private static Path directory;
  private ReloadableAgent execute;
  private ReloadableAgent submit;
  private int images;

  @BeforeAll
  void twoAgentsRun() throws Exception {
    execute = execute("execute");
    submit = submit("submit", execute);
  }

  @AfterAll
  void stop() throws Exception {
    submit.close();
    execute.agent.stopMachines();
    execute.close();
  }

  @AfterEach
  void asBefore() throws Exception {
    execute.reload();
    submit.reload();
  }

  private ReloadableAgent execute(String name) throws Exception {
    return new ReloadableAgent(
        directory.resolve(name),
        List.of(
            "LANDFALL_ROLES = EXECUTE",
            "LANDFALL_NAME = " + name,
            "LANDFALL_HYPERVISOR = simulated",
            "LANDFALL_PORT = 0",
            "EXECUTE = " + directory.resolve(name).resolve("execute")));
  }

  private ReloadableAgent submit(String name, ReloadableAgent uses) throws Exception {
    InetSocketAddress address = uses.agent.address();
    return new ReloadableAgent(
        directory.resolve(name),
        List.of(
            "LANDFALL_ROLES = SUBMIT",
            "LANDFALL_NAME = " + name,
            "LANDFALL_PORT = 0",
            "LANDFALL_EXECUTE_HOSTS = " + address.getHostString() + ":" + address.getPort(),
            "SPOOL = " + directory.resolve(name).resolve("spool")));
  }

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

  @ParameterizedTest
  @ValueSource(strings = {"MAX_CONCURRENT_UPLOADS", "MAX_CONCURRENT_DOWNLOADS"})
  void soManyTransfersHaveTheirTurn(String name) throws Exception {
    submit.reload(name + " = 1");
    SubmitAgent role = submit.agent.submit();
    TransferQueue queue = name.endsWith("UPLOADS") ? role.uploads() : role.downloads();
    try (TransferQueue.Slot _ = queue.enter("ann")) {
      Thread second =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  queue.enter("bob").close();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      until(() -> queue.waiting() == 1);
      submit.reload(name + " = 2");
      second.join();
    }
  }

  @Test
  void transfersWaitForTheDiskByTheLimitsThatAreSetNow() throws Exception {
    SubmitAgent role = submit.agent.submit();
    submit.reload(QueuePolicy.DISK_LOAD + " = 5 to 6.5", QueuePolicy.INCREMENTS + " = 30");
    assertThat(role.disk().limits())
        .isEqualTo(new DiskThrottle.Limits(5, 6.5, java.time.Duration.ofSeconds(30)));
    submit.reload();
    assertThat(role.disk().limits()).isEqualTo(DiskThrottle.Limits.STANDARD);
  }

  @Test
  void jobsWaitForTheirTurnAsWhomTheExpressionSaysNow() throws Exception {
    submit.reload(QueuePolicy.USER + " = strcat(\"Group_\", JobUniverse)");
    QueuePolicy policy = submit.agent.submit().settings().transfers().policy();
    ClassAd ad = ClassAd.parse("JobUniverse = 13");
    assertThat(policy.userOf(ad, "ann", 0)).isEqualTo("Group_13");
    submit.reload();
    policy = submit.agent.submit().settings().transfers().policy();
    assertThat(policy.userOf(ad, "ann", 0)).isEqualTo("ann");
  }

  @Test
  void imagesBeyondTheSizeOfTheCacheGo() throws Exception {
    run(job(4 * MIB), JobEvent.Completed.class::isInstance);
    assertThat(execute.agent.execute().cache().images()).isNotEmpty();
    while (!execute.agent.execute().claims().isEmpty()) {
      Thread.sleep(5); // a job is over before its host has let go of its image
    }

    execute.reload("LANDFALL_IMAGE_CACHE_SIZE = 5");
    run(job(4 * MIB), JobEvent.Completed.class::isInstance);

    assertThat(execute.agent.execute().cache().images()).hasSize(1);
  }

  /// The least time that so many bytes take at that rate is what a rate means.
  @ParameterizedTest
  @ValueSource(strings = {"LANDFALL_MAX_SEND_RATE", "LANDFALL_MAX_SEND_RATE_PER_OWNER"})
  void nothingIsSentFasterThanTheRateThatIsSetNow(String rate) throws Exception {
    submit.reload(rate + " = 1024");
    List<JobEvent> events = run(job(3 * MIB), JobEvent.Completed.class::isInstance);
    submit.reload();
    assertThat(
            events.stream()
                .filter(JobEvent.Landed.class::isInstance)
                .map(event -> ((JobEvent.Landed) event).parts().getFirst().figures().millis()))
        .allSatisfy(millis -> assertThat(millis).isGreaterThan(1500));
  }

  @Test
  void jobsThatDoNotSayLandAsTheHostSaysNow() throws Exception {
    Logger root = Logger.getLogger("");
    root.addHandler(execute.log);
    try {
      String job = run(job(MIB), JobEvent.Completed.class::isInstance).toString();
      assertThat(execute.log.text()).as(job).doesNotContain("lands in full");
      execute.reload("LANDING = LAZY");
      run(job(MIB), JobEvent.Completed.class::isInstance);
      assertThat(execute.log.text())
          .as("what a host without QEMU says of it")
          .contains("lands in full, since simulated runs no machine before its disks have landed");
    } finally {
      root.removeHandler(execute.log);
      execute.reload();
    }
  }

  @Test
  void landingsAndCheckpointsLeaveTheReserveFree() throws Exception {
    String more = "RESERVED_DISK = 1000000000";
    execute.reload(more);
    List<JobEvent> refused = run(job(MIB), JobEvent.Rescheduled.class::isInstance);
    assertThat(((JobEvent.Rescheduled) refused.getLast()).reason()).contains("which has 0 to give");
    execute.reload();

    submit.reload(more);
    CheckpointStore store = submit.agent.submit().store();
    assertThatThrownBy(() -> commit(store, 1)).isInstanceOf(StoreFullException.class);
    submit.reload();
    store.delete(commit(store, 1).id());
  }

  /// Stores a MiB of two bits a byte, which only zstd makes much smaller, for a job of alice's.
  private static CheckpointRecord commit(CheckpointStore store, long seed) throws IOException {
    byte[] bytes = new byte[1 << 20];
    new Random(seed).nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] &= 3;
    }
    JobKey job = new JobKey("submit.example", "alice", 12, 0);
    try (CheckpointWriter writer =
        store.begin(new CheckpointDraft(job, Optional.empty(), "exec.example", "{}"))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK,
          "vda",
          MemoryDevice.of(bytes),
          Baseline.none(),
          Optional.empty(),
          n -> {});
      return writer.commit();
    }
  }

  @Test
  void anOwnerStoresWithinTheQuotaOfNow() throws Exception {
    CheckpointStore store = submit.agent.submit().store();
    submit.reload("LANDFALL_CHECKPOINT_QUOTA = alice=0");
    assertThatThrownBy(() -> commit(store, 2)).isInstanceOf(QuotaExceededException.class);
    submit.reload();
    store.delete(commit(store, 2).id());
  }

  @Test
  void whatIsStoredFromNowOnIsCompressedAsItIsSaidNow() throws Exception {
    CheckpointStore store = submit.agent.submit().store();
    CheckpointRecord before = commit(store, 3);
    submit.reload("LANDFALL_CHECKPOINT_COMPRESSION = ZSTD");
    CheckpointRecord after = commit(store, 4);
    submit.reload();
    assertThat(after.summary().storedBytes()).isLessThan(before.summary().storedBytes());
    store.delete(before.id());
    store.delete(after.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"APPEND_REQ_VM", "APPEND_REQUIREMENTS"})
  void jobsRequireBesidesWhatTheSubmitHostSaysNow(String name) throws Exception {
    submit.reload(name + " = TARGET.HasNoSuchThing =?= true");
    List<JobEvent> events = run(job(MIB), JobEvent.Unmatched.class::isInstance);
    assertThat(((JobEvent.Unmatched) events.getLast()).explanations().toString())
        .contains("HasNoSuchThing");
  }

  @Test
  void runningJobsAreCheckpointedAsOftenAsIsSaidNow() throws Exception {
    submit.reload("LANDFALL_CHECKPOINT_INTERVAL = 1 s");
    List<JobEvent> events =
        run(
            job(MIB, new WorkPlan(60_000, Duration.ofMillis(10))),
            JobEvent.CheckpointFailed.class::isInstance);
    assertThat(((JobEvent.CheckpointFailed) events.getLast()).reason())
        .as("it was tried; machines of this hypervisor cannot")
        .contains("checkpoints no machine that runs on");
  }

  @Test
  @SuppressWarnings("try") // a host that falls silent
  void aSilentHostKeepsItsJobForAsLongAsIsSaidNow() throws Exception {
    try (ReloadableAgent gone = execute("gone");
        ReloadableAgent waits = submit("waits", gone)) {
      Path file = job(MIB, new WorkPlan(60_000, Duration.ofMillis(10)));
      BlockingQueue<JobEvent> news = watch(waits, file);
      await(news, JobEvent.Started.class::isInstance);
      gone.agent.stopMachines();
      gone.close();
      await(news, JobEvent.Interrupted.class::isInstance);
      waits.reload("JOB_DEFAULT_LEASE_DURATION = 1");
      List<JobEvent> events = await(news, JobEvent.Rescheduled.class::isInstance);
      assertThat(((JobEvent.Rescheduled) events.getLast()).reason()).startsWith("no word from");
    }
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

  private Path job(long dataBytes) throws Exception {
    return job(dataBytes, new WorkPlan(1, Duration.ofMillis(1)));
  }

  /// An image of its own, and a job that runs it.
  private Path job(long dataBytes, WorkPlan plan) throws Exception {
    String name = "guest" + ++images;
    DemoImage.write(directory.resolve(name), dataBytes + 4 * MIB, dataBytes, images, plan);
    return Files.writeString(
        directory.resolve(name + ".sub"),
        """
        universe                = vm
        executable              = %1$s
        vm_type                 = kvm
        vm_memory               = 32
        vm_disk                 = %1$s:vda:w:raw
        transfer_input_files    = %1$s
        initialdir              = %2$s
        vm_checkpoint           = true
        when_to_transfer_output = ON_EXIT_OR_EVICT
        queue
        """
            .formatted(name, directory));
  }

  /// Runs a job until an event is as wanted, and removes it if it is not over then.
  private List<JobEvent> run(Path file, Predicate<JobEvent> until) throws Exception {
    BlockingQueue<JobEvent> news = watch(submit, file);
    List<JobEvent> events = await(news, until);
    if (!events.getLast().last()) {
      String job =
          submit.agent.submit().book().all().stream()
              .filter(one -> !one.status().over())
              .map(Job::name)
              .findFirst()
              .orElseThrow();
      submit.agent.submit().remove(job);
      await(news, JobEvent.Removed.class::isInstance);
    }
    return events;
  }

  private BlockingQueue<JobEvent> watch(ReloadableAgent by, Path file) throws Exception {
    SubmitAgent role = by.agent.submit();
    Reply.Submitted submitted =
        role.submit(new Request.Submit(file.toString(), directory.toString(), "ann", Map.of()));
    assertThat(submitted.problems()).isEmpty();
    BlockingQueue<JobEvent> news = new LinkedBlockingQueue<>();
    var _ = role.book().watch(submitted.jobs().getFirst(), news::add);
    return news;
  }

  private static List<JobEvent> await(BlockingQueue<JobEvent> news, Predicate<JobEvent> until)
      throws InterruptedException {
    List<JobEvent> events = new ArrayList<>();
    while (events.isEmpty() || !until.test(events.getLast())) {
      JobEvent event = news.poll(50, TimeUnit.SECONDS);
      assertThat(event).as("what happened after " + events).isNotNull();
      events.add(event);
    }
    return events;
  }

  private static void until(java.util.function.BooleanSupplier holds) throws InterruptedException {
    while (!holds.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
