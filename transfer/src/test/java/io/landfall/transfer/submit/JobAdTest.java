package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.config.Problem;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Job ads: every attribute, and the requirements that jobs add of themselves.
class JobAdTest {
  private static final String MACHINE =
      "TARGET.Arch == \"X86_64\" && TARGET.HasVM =?= true && TARGET.VM_Type == MY.JobVMType"
          + " && TARGET.VM_AvailNum > 0 && TARGET.Disk >= MY.RequestDisk && TARGET.HasFileTransfer";
  private static final String MEMORY =
      " && TARGET.TotalMemory >= MY.JobVMMemory && TARGET.VM_Memory >= MY.JobVMMemory";

  static JobAdContext context() {
    return new JobAdContext(
        "u",
        "submit.example.org",
        "example.org",
        "X86_64",
        1000,
        Optional.empty(),
        Submits.home().with("/home/u/guest.img", "x".repeat(3000)));
  }

  static ClassAd ad(String text) {
    Submission submission = Submits.parse(text);
    assertThat(submission.problems()).filteredOn(Problem::isError).isEmpty();
    return JobAd.of(submission.jobs().getFirst(), context());
  }

  private static String requirements(String text) {
    return ad(text).find("Requirements").orElseThrow().toString();
  }

  @Test
  void aKvmJob() {
    assertThat(
            ad(
                Submits.BASIC.replace("w\n", "w:raw, /shared/images/root.img:vdb:rw\n")
                    + """
                    log = x.log
                    arguments = 3 "four"
                    vm_vcpus = 2
                    vm_macaddr = 52:54:00:12:34:56
                    vm_networking = true
                    vm_networking_type = nat
                    vm_vnc = 1
                    vm_no_output_vm = true
                    transfer_output_files = guest.img
                    transfer_output_remaps = "guest.img=out;x"
                    request_disk = 2G
                    priority = 5
                    notification = Error
                    +Project = "tides"
                    queue
                    """
                        .replace(";x", "")))
        .hasToString(
            """
            MyType = "Job"
            TargetType = "Machine"
            ClusterId = 7
            ProcId = 0
            Owner = "u"
            User = "u@submit.example.org"
            QDate = 1000
            JobStatus = 1
            JobUniverse = 13
            Cmd = "guest"
            TransferExecutable = false
            In = "/dev/null"
            Out = "/dev/null"
            Err = "/dev/null"
            Iwd = "/home/u"
            UserLog = "/home/u/x.log"
            Args = "3 \\"four\\""
            JobVMType = "kvm"
            JobVMMemory = 256
            JobVM_VCPUS = 2
            JobVMNetworking = true
            JobVMCheckpoint = false
            JobVMHardwareVT = false
            JobVM_MACADDR = "52:54:00:12:34:56"
            JobVMNetworkingType = "nat"
            JobVMVNCConsole = true
            VMPARAM_No_Output_VM = true
            VMPARAM_vm_Disk = "guest.img:vda:w:raw, /shared/images/root.img:vdb:rw"
            ShouldTransferFiles = "YES"
            WhenToTransferOutput = "ON_EXIT"
            TransferInput = "/home/u/guest.img"
            TransferOutput = "guest.img"
            TransferOutputRemaps = "guest.img=out"
            ImageSize = 262144
            DiskUsage = 262147
            RequestMemory = MY.JobVMMemory
            RequestCpus = MY.JobVM_VCPUS
            RequestDisk = 2097152
            JobPrio = 5
            Rank = 0.0
            JobNotification = 3
            Project = "tides"
            Requirements = TARGET.Arch == "X86_64" && TARGET.HasVM =?= true && TARGET.VM_Type == \
            MY.JobVMType && TARGET.VM_AvailNum > 0 && TARGET.Disk >= MY.RequestDisk && \
            TARGET.HasFileTransfer && TARGET.TotalMemory >= MY.JobVMMemory && TARGET.VM_Memory >= \
            MY.JobVMMemory && TARGET.VM_Networking && stringListIMember("nat", \
            TARGET.VM_Networking_Types)
            """);
  }

  @Test
  void aXenJobWithItsOwnKernel() {
    ClassAd ad =
        ad(
            Submits.BASIC
                    .replace("kvm", "xen")
                    .replace("= guest.img\n", "= guest.img, vmlinuz-guest\n")
                + """
                xen_kernel = vmlinuz-guest
                xen_initrd = /shared/kernels/initrd-guest.img
                xen_root = sda1
                xen_kernel_params = "quiet"
                queue
                """);
    assertThat(ad.text("VMPARAM_Xen_Kernel")).contains("vmlinuz-guest");
    assertThat(ad.text("VMPARAM_Xen_Initrd")).contains("/shared/kernels/initrd-guest.img");
    assertThat(ad.text("VMPARAM_Xen_Root")).contains("sda1");
    assertThat(ad.text("VMPARAM_Xen_Kernel_Params")).contains("quiet");
    assertThat(ad.find("Requirements").orElseThrow())
        .hasToString(MACHINE + " && TARGET.VM_Memory >= MY.JobVMMemory");
  }

  @Test
  void aXenJobOnHardwareVirtualization() {
    ClassAd ad = ad(Submits.BASIC.replace("kvm", "xen") + "xen_kernel = vmx\nqueue\n");
    assertThat(ad.value("JobVMHardwareVT").isTrue()).isTrue();
    assertThat(ad.find("Requirements").orElseThrow().toString())
        .endsWith(" && TARGET.VM_Memory >= MY.JobVMMemory && TARGET.VM_HardwareVT");
  }

  @Test
  void aVmwareJobOnASharedFileSystem() {
    ClassAd ad =
        ad(
            """
            universe = vm
            executable = x
            vm_type = vmware
            vm_memory = 64
            vmware_dir = /shared/images/guest-a
            vmware_should_transfer_files = false
            queue
            """);
    assertThat(ad.text("VMPARAM_VMware_Dir")).contains("/shared/images/guest-a");
    assertThat(ad.value("VMPARAM_VMware_Transfer").isTrue()).isFalse();
    assertThat(ad.value("VMPARAM_VMware_SnapshotDisk").isTrue()).isTrue();
    assertThat(ad.text("VMPARAM_VMware_VMX_File")).contains("guest.vmx");
    assertThat(ad.text("VMPARAM_VMware_VMDK_Files")).contains("");
    assertThat(ad.text("FileSystemDomain")).contains("example.org");
    assertThat(ad.find("Requirements").orElseThrow())
        .hasToString(MACHINE + " && TARGET.FileSystemDomain == MY.FileSystemDomain" + MEMORY);
  }

  @Test
  void aCheckpointedJobResumesOnTheSameArchitectureAndAwayFromItsOwnAddress() {
    assertThat(
            requirements(
                Submits.BASIC
                    + "vm_checkpoint = true\nwhen_to_transfer_output = ON_EXIT_OR_EVICT\nqueue\n"))
        .isEqualTo(
            MACHINE
                + MEMORY
                + " && (MY.CkptArch =?= undefined || MY.CkptArch == TARGET.Arch)"
                + " && (MY.VM_CkptMac =?= undefined || TARGET.VM_All_Guest_Macs =?= undefined"
                + " || !stringListIMember(MY.VM_CkptMac, TARGET.VM_All_Guest_Macs))");
  }

  @Test
  void urlsNeedATransferPlugin() {
    assertThat(
            requirements(
                Submits.BASIC.replace("= guest.img\n", "= guest.img, https://example.org/x\n")
                    + "queue\n"))
        .contains("stringListIMember(\"https\", TARGET.HasFileTransferPluginMethods)");
  }

  @Test
  void theUsersExpressionComesFirstAndReplacesClausesItNames() {
    assertThat(
            requirements(
                Submits.BASIC + "requirements = TARGET.arch == \"ARM\" || Disk > 3\nqueue\n"))
        .isEqualTo(
            "(TARGET.arch == \"ARM\" || Disk > 3) && TARGET.HasVM =?= true && TARGET.VM_Type =="
                + " MY.JobVMType && TARGET.VM_AvailNum > 0 && TARGET.HasFileTransfer"
                + MEMORY);
  }

  @Test
  void theAdministratorsExpressionIsAppended() {
    VmJob job = Submits.parse(Submits.BASIC + "queue\n").jobs().getFirst();
    JobAdContext c = context();
    ClassAd ad =
        JobAd.of(
            job,
            new JobAdContext(
                c.owner(),
                c.host(),
                c.fileSystemDomain(),
                c.arch(),
                c.queueTime(),
                Optional.of("TARGET.Good"),
                c.files()));
    assertThat(ad.find("Requirements").orElseThrow())
        .hasToString("(TARGET.Good) && " + MACHINE + MEMORY);
  }

  @Test
  void theUsersOwnAttributesBeatComputedOnes() {
    ClassAd ad =
        ad(
            Submits.BASIC
                + "+RequestMemory = 99\n+requirements = true\n+Later = $$(Memory)\nqueue\n");
    assertThat(ad.integer("RequestMemory")).contains(99L);
    assertThat(ad.find("Requirements").orElseThrow()).hasToString("true");
    assertThat(ad.find("Later")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "request_memory, 2G, RequestMemory, 2048",
    "request_memory, 100 + 1, RequestMemory, 100 + 1",
    "request_disk, 5, RequestDisk, 5",
    "rank, TARGET.Mips, Rank, TARGET.Mips",
    "periodic_remove, NumJobStarts > 3, PeriodicRemove, NumJobStarts > 3",
    "JobPrio, 3, JobPrio, 3",
    "nice_user, yes, NiceUser, true",
    "notification, NEVER, JobNotification, 0",
    "batch_name, \"my jobs\", JobBatchName, '\"my jobs\"'"
  })
  void genericCommandsBecomeAttributes(String command, String value, String name, String printed) {
    assertThat(ad(Submits.BASIC + command + " = " + value + "\nqueue\n").find(name).orElseThrow())
        .hasToString(printed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          requirements = TARGET.Memory >; L09; 7:31
          rank = a b; L09; 7:10
          +X = "open; L09; 7:6
          request_memory = 1X; L09; 7:18
          notification = loudly; L09; 7:16
          nice_user = perhaps; S20; 7:13
          """)
  void whatIsNoExpressionIsRefusedWhereItFails(String line, String rule, String place) {
    assertThat(Submits.parse(Submits.BASIC + line + "\nqueue\n").problems())
        .singleElement()
        .asString()
        .startsWith("/home/u/job.sub:" + place + ": error [" + rule + "]: ");
  }

  private static MachineAd machine(String name, int memory, List<NetworkingType> networks) {
    return new MachineAd(
        name,
        "X86_64",
        VmType.KVM,
        4096,
        memory,
        1,
        1 << 20,
        networks,
        false,
        "example.org",
        List.of("52:54:00:00:00:01"),
        List.of());
  }

  @Test
  void aJobMatchesTheMachineItLikesBest() throws Exception {
    ClassAd job = ad(Submits.BASIC + "rank = TARGET.Speed\nqueue\n");
    ClassAd slow = machine("slow", 512, List.of()).toClassAd();
    ClassAd fast = machine("fast", 512, List.of()).toClassAd().edit().set("Speed", 3).build();
    Matching matching = Matching.of(job, List.of(slow, fast), 0);
    assertThat(matching.candidates())
        .extracting(Matching.Candidate::name)
        .containsExactly("fast", "slow");
    assertThat(matching.best()).map(Matching.Candidate::name).contains("fast");
    assertThat(matching.explanations()).isEmpty();
  }

  @Test
  void aJobThatMatchesNowhereIsToldWhichClauseFailsWhere() {
    ClassAd job = ad(Submits.BASIC + "vm_networking = true\nvm_networking_type = bridge\nqueue\n");
    Matching matching =
        Matching.of(
            job,
            List.of(
                machine("small", 128, List.of(NetworkingType.BRIDGE)).toClassAd(),
                machine("nat", 512, List.of(NetworkingType.NAT)).toClassAd(),
                ClassAd.builder().set("Machine", "odd").build()),
            0);
    assertThat(matching.best()).isEmpty();
    assertThat(matching.explanations().get(0))
        .isEqualTo(
            "small: TARGET.VM_Memory >= MY.JobVMMemory is false: TARGET.VM_Memory = 128,"
                + " MY.JobVMMemory = 256");
    assertThat(matching.explanations().get(1))
        .isEqualTo(
            "nat: stringListIMember(\"bridge\", TARGET.VM_Networking_Types) is false:"
                + " TARGET.VM_Networking_Types = \"nat\"");
    assertThat(matching.explanations().get(2))
        .startsWith("odd: TARGET.Arch == \"X86_64\" is undefined");
    assertThat(Matching.of(job, List.of(), 0).explanations())
        .containsExactly("no execute host is known");
  }

  @Test
  void aNetworkOfAnyTypeMatchesEveryMachineThatHasOne() {
    ClassAd job = ad(Submits.BASIC + "vm_networking = true\nqueue\n");
    Matching matching =
        Matching.of(
            job,
            List.of(
                machine("bridge", 512, List.of(NetworkingType.BRIDGE)).toClassAd(),
                machine("nat", 512, List.of(NetworkingType.NAT)).toClassAd(),
                machine("none", 512, List.of()).toClassAd()),
            0);
    assertThat(matching.candidates())
        .filteredOn(c -> c.match().matches())
        .extracting(Matching.Candidate::name)
        .containsExactly("bridge", "nat");
    assertThat(matching.explanations()).singleElement().asString().startsWith("none: ");
  }

  @Test
  void twoGuestsWithOneAddressDoNotMeet() throws Exception {
    ClassAd job =
        ad(Submits.BASIC
                + "vm_checkpoint = true\nwhen_to_transfer_output = ON_EXIT_OR_EVICT\nqueue\n")
            .edit()
            .set("VM_CkptMac", "52:54:00:00:00:01")
            .build();
    Matching matching = Matching.of(job, List.of(machine("busy", 512, List.of()).toClassAd()), 0);
    assertThat(matching.explanations()).singleElement().asString().contains("VM_CkptMac");
  }
}
