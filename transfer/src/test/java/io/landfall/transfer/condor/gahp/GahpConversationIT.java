package io.landfall.transfer.condor.gahp;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkPlan.Ending;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// condor_starter's part, scripted, against `condor_vm-gahp` in a process of its own.
@Timeout(180)
class GahpConversationIT {
  private static final String USER = "ann@pool.example.org";
  private static final String VM_NAME = "ann_pool.example.org_12.0";

  @TempDir Path dir;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void nothingRunsOn() {
    processes.forEach(Process::destroyForcibly);
    try (var all = ProcessHandle.allProcesses()) {
      assertThat(
              all.filter(p -> p.info().commandLine().orElse("").contains(dir.toString()))
                  .filter(p -> p.info().commandLine().orElse("").contains("qemu-system")))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulated", "qemu"})
  void aJobRunsFromTheGreetingToQuit(String hypervisor) throws Exception {
    need(hypervisor);
    Path scratch = scratch("one", new WorkPlan(20, Duration.ofMillis(20)));
    Process gahp = serve(hypervisor, scratch);
    try (Starter starter = new Starter(gahp.getInputStream(), gahp.getOutputStream())) {
      assertThat(starter.greeting()).startsWith("$VMGahpVersion").endsWith("$");
      assertThat(starter.say("COMMANDS")).startsWith("S").hasSize(18).contains("ASYNC_MODE_ON");
      assertThat(starter.say("SUPPORT_VMS")).containsExactly("S", "xen", "kvm");
      assertThat(starter.say("ASYNC_MODE_ON")).containsExactly("S");
      starter.sendAd(scratch.toString(), ad(true, ""));
      List<String> started = starter.request("CONDOR_VM_START kvm");
      assertThat(started).as("result of start").hasSize(2).startsWith("0");
      String vm = started.get(1);
      assertThat(Integer.parseInt(vm)).isPositive();
      assertThat(starter.request("CONDOR_VM_GETPID " + vm)).containsExactly("0", "0");
      List<String> status = starter.request("CONDOR_VM_STATUS " + vm);
      assertThat(status).contains("STATUS=Running", "MEMORY=32768");
      assertThat(starter.request("CONDOR_VM_SOFT_SUSPEND " + vm)).containsExactly("0", "NULL");
      assertThat(starter.request("CONDOR_VM_STATUS " + vm))
          .containsExactly("0", "STATUS=SoftSuspended");
      assertThat(starter.request("CONDOR_VM_RESUME " + vm)).containsExactly("0", "NULL");
      assertThat(starter.request("CONDOR_VM_SUSPEND " + vm)).containsExactly("0", "NULL");
      assertThat(starter.request("CONDOR_VM_STATUS " + vm))
          .containsExactly("0", "STATUS=Suspended");
      assertThat(starter.request("CONDOR_VM_RESUME " + vm)).containsExactly("0", "NULL");
      assertThat(starter.statusAfterRunning(vm)).isEqualTo("STATUS=Stopped");
      assertThat(starter.say("QUIT")).containsExactly("S");
      assertThat(gahp.waitFor()).isZero();
      assertThat(starter.announced()).as("times R was said").isPositive();
    }
    assertThat(log(scratch).complete()).as(log(scratch).toString()).isTrue();
    assertThat(names(scratch)).containsExactly("guest.img");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulated", "qemu"})
  void aCheckpointGoesThroughSpoolToAnotherHost(String hypervisor) throws Exception {
    need(hypervisor);
    Path first = scratch("one", new WorkPlan(60, Duration.ofMillis(20)));
    Path original = Files.copy(first.resolve("guest.img"), dir.resolve("submitted.img"));
    Process gahp = serve(hypervisor, first);
    try (Starter starter = new Starter(gahp.getInputStream(), gahp.getOutputStream())) {
      starter.sendAd(first.toString(), ad(true, ""));
      String vm = starter.request("CONDOR_VM_START kvm").get(1);
      assertThat(starter.request("CONDOR_VM_CHECKPOINT " + vm)).containsExactly("0", "NULL");
      assertThat(names(first))
          .contains("landfall-vm.json", "landfall-vm.memory", "landfall-vm.devices");
      assertThat(Files.mismatch(first.resolve("guest.img"), original))
          .as("the image itself, which need not travel again")
          .isEqualTo(-1);
      assertThat(starter.request("CONDOR_VM_STOP " + vm)).containsExactly("0", "NULL");
      assertThat(starter.request("CONDOR_VM_STATUS " + vm)).containsExactly("0", "STATUS=Stopped");
      assertThat(starter.say("QUIT")).containsExactly("S");
    }
    Path second = Files.createDirectory(dir.resolve("two"));
    Files.copy(original, second.resolve("guest.img"));
    List<String> spooled = names(first).stream().filter(n -> n.startsWith("landfall-vm.")).toList();
    for (String name : spooled) {
      Files.copy(first.resolve(name), second.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Process elsewhere = serve(hypervisor, second);
    try (Starter starter = new Starter(elsewhere.getInputStream(), elsewhere.getOutputStream())) {
      starter.sendAd(second.toString(), ad(true, String.join(",", spooled)));
      String vm = starter.request("CONDOR_VM_START kvm").get(1);
      assertThat(starter.statusAfterRunning(vm)).isEqualTo("STATUS=Stopped");
      assertThat(starter.say("QUIT")).containsExactly("S");
    }
    assertThat(log(second).complete()).as(log(second).toString()).isTrue();
    assertThat(names(second)).containsExactly("guest.img");
  }

  @ParameterizedTest
  @ValueSource(strings = "qemu")
  void killModeEndsAMachineWhoseGahpIsGone(String hypervisor) throws Exception {
    need(hypervisor);
    Path scratch = scratch("one", new WorkPlan(1, Duration.ZERO).endingWith(Ending.HANG));
    Process gahp = serve(hypervisor, scratch);
    Starter starter = new Starter(gahp.getInputStream(), gahp.getOutputStream());
    starter.sendAd(scratch.toString(), ad(false, ""));
    assertThat(starter.request("CONDOR_VM_START kvm").getFirst()).isEqualTo("0");
    gahp.destroyForcibly().waitFor();
    assertThat(machines()).as("the machine outlives its server").hasSize(1);
    Process kill = start(hypervisor, Map.of(), "-f", "-t", "-M", "4", "vm", "kvm", "mat", VM_NAME);
    assertThat(kill.waitFor()).isZero();
    assertThat(machines()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulated", "qemu"})
  void theProbeSaysWhatThisHostOffers(String hypervisor) throws Exception {
    need(hypervisor);
    Process probe =
        start(
            hypervisor,
            Map.of("_CONDOR_VM_NETWORKING", "true", "_CONDOR_VM_NETWORKING_TYPE", "nat,bridge"),
            "-f",
            "-M",
            "0",
            "vmtype",
            "kvm");
    String said =
        new String(probe.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(probe.waitFor()).isZero();
    assertThat(said.lines())
        .contains(
            "VM_GAHP_VERSION = \"0.0.1\"",
            "VM_Type = \"kvm\"",
            "VM_Memory = 4096",
            "VM_Networking = true",
            "VM_Networking_Types = \"nat\"");
  }

  private static void need(String hypervisor) {
    if (hypervisor.equals("qemu")) {
      Tools.need("qemu-system-x86_64");
    }
  }

  private List<String> machines() {
    try (var all = ProcessHandle.allProcesses()) {
      return all.map(p -> p.info().commandLine().orElse(""))
          .filter(line -> line.contains("qemu-system") && line.contains(dir.toString()))
          .toList();
    }
  }

  private Path scratch(String name, WorkPlan plan) throws IOException {
    Path scratch = Files.createDirectory(dir.resolve(name));
    try (RawFile disk = RawFile.create(scratch.resolve("guest.img"), 8 << 20)) {
      WorkProgram.install(disk, plan);
    }
    return scratch;
  }

  private static String ad(boolean checkpoint, String fromSpool) {
    return """
    MyType = "Job"
    ClusterId = 12
    ProcId = 0
    User = "%s"
    JobVMType = "kvm"
    JobVMMemory = 32
    JobVM_VCPUS = 1
    JobVMNetworking = false
    JobVMCheckpoint = %s
    VMPARAM_vm_Disk = "guest.img:vda:w:raw"
    Environment = "a line that \\"is quoted\\" and has [brackets}"
    this line is nonsense
    TransferIntermediate = "%s"
    """
        .formatted(USER, checkpoint, fromSpool);
  }

  private Process serve(String hypervisor, Path scratch) throws IOException {
    return start(
        hypervisor,
        Map.of("VMGAHP_VMTYPE", "kvm", "VMGAHP_WORKING_DIR", scratch.toString()),
        "-f",
        "-t",
        "-M",
        "3");
  }

  private Process start(String hypervisor, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), "io.landfall.transfer.cli.Main", "gahp"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CONDOR_CONFIG", "ONLY_ENV");
    builder.environment().put("_CONDOR_VM_MEMORY", "4096");
    builder.environment().put("_CONDOR_LANDFALL_HYPERVISOR", hypervisor);
    builder.environment().putAll(environment);
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    return process;
  }

  private static WorkLog log(Path scratch) throws IOException {
    try (RawFile disk = RawFile.open(scratch.resolve("guest.img"))) {
      return WorkLog.read(disk);
    }
  }

  private static List<String> names(Path scratch) throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
