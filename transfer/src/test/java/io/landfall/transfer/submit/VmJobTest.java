package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a valid file says, field by field.
class VmJobTest {

  private static VmJob job(String text) {
    Submission submission = Submits.parse(text);
    assertThat(submission.problems()).filteredOn(Problem::isError).isEmpty();
    return submission.jobs().getFirst();
  }

  @Test
  void aKvmJobWithEverything() {
    VmJob job =
        job(
            """
            universe = vm
            executable = data job
            log = images/$(Cluster).$(Process).log
            vm_type = KVM
            vm_memory = 2G
            vm_vcpus = 4
            vm_networking = yes
            vm_networking_type = NAT
            vm_macaddr = 52:54:00:AB:34:56
            vm_vnc = true
            vm_disk = system.img:VDA:w:RAW, data.img:vdb:r:raw, seed.iso:hdc:r:raw, \\
                      /shared/images/swap.img:vdd:rw
            transfer_input_files = images/system.img, images/data.img, seed.iso
            transfer_output_files = system.img
            transfer_output_remaps = "system.img=out/sys\\=1.img"
            arguments = a "b c"
            requirements = TARGET.Memory > 3
            +Project = "tides"
            queue
            """);
    assertThat(job.id()).isEqualTo("7.0");
    assertThat(job.executable()).isEqualTo("data job");
    assertThat(job.log()).contains(Path.of("/home/u/images/7.0.log"));
    assertThat(job.type()).isEqualTo(VmType.KVM);
    assertThat(job.memoryMiB()).isEqualTo(2048);
    assertThat(job.vcpus()).isEqualTo(4);
    assertThat(job.networking()).isTrue();
    assertThat(job.networkingType()).contains(NetworkingType.NAT);
    assertThat(job.macAddress()).contains("52:54:00:ab:34:56");
    assertThat(job.vnc()).isTrue();
    assertThat(job.noOutput()).isFalse();
    assertThat(job.checkpoint()).isFalse();
    assertThat(job.when()).isEqualTo(WhenToTransferOutput.ON_EXIT);
    assertThat(job.initialDir()).isEqualTo(Submits.HOME);
    assertThat(job.inputFiles())
        .containsExactly(
            Path.of("/home/u/images/system.img"),
            Path.of("/home/u/images/data.img"),
            Path.of("/home/u/seed.iso"));
    assertThat(job.disks())
        .containsExactly(
            new VmDisk(
                "system.img",
                "vda",
                Permission.WRITE,
                Optional.of("raw"),
                Optional.of(Path.of("/home/u/images/system.img"))),
            new VmDisk(
                "data.img",
                "vdb",
                Permission.READ,
                Optional.of("raw"),
                Optional.of(Path.of("/home/u/images/data.img"))),
            new VmDisk(
                "seed.iso",
                "hdc",
                Permission.READ,
                Optional.of("raw"),
                Optional.of(Path.of("/home/u/seed.iso"))),
            new VmDisk(
                "/shared/images/swap.img",
                "vdd",
                Permission.READ_WRITE,
                Optional.empty(),
                Optional.empty()));
    assertThat(job.disks()).extracting(VmDisk::cdrom).containsExactly(false, false, true, false);
    assertThat(job.disks())
        .extracting(VmDisk::transferred)
        .containsExactly(true, true, true, false);
    assertThat(job.outputFiles()).contains(List.of("system.img"));
    assertThat(job.outputRemaps()).isEqualTo(Map.of("system.img", "out/sys=1.img"));
    assertThat(job.arguments()).contains("a \"b c\"");
    assertThat(job.requirements()).contains("TARGET.Memory > 3");
    assertThat(job.attributes()).containsEntry("Project", "\"tides\"");
  }

  @Test
  void networkingTypeCountsOnlyWithNetworking() {
    VmJob job = job(Submits.BASIC + "vm_networking_type = token-ring\nqueue\n");
    assertThat(job.networking()).isFalse();
    assertThat(job.networkingType()).isEmpty();
  }

  @Test
  void aTransferredDiskIsCheckpointedWhenTheFileAsksForTransferAtEviction() {
    VmJob job =
        job(
            Submits.BASIC
                + """
                vm_checkpoint = true
                when_to_transfer_output = ON_EXIT_OR_EVICT
                queue
                """);
    assertThat(job.checkpoint()).isTrue();
    assertThat(job.when()).isEqualTo(WhenToTransferOutput.ON_EXIT_OR_EVICT);
  }

  @Test
  void vmwareFilesComeFromTheDirectory() {
    VmJob job =
        job(
            """
            universe = vm
            executable = guest
            vm_type = vmware
            vm_memory = 512
            vmware_dir = "images/guest-a"
            vmware_should_transfer_files = TRUE
            queue
            """);
    assertThat(job.vmware())
        .contains(
            new VmwareImage(
                Optional.of(Path.of("/home/u/images/guest-a")),
                true,
                true,
                "guest.vmx",
                List.of("guest-flat.vmdk", "guest.vmdk"),
                Optional.empty()));
    assertThat(job.inputFiles()).hasSize(3);
    assertThat(job.disks()).isEmpty();
  }

  @Test
  void vmwareOnASharedFileSystemSendsTheVmxOnly() {
    VmJob job =
        job(
            """
            universe = vm
            executable = guest
            vm_type = vmware
            vm_memory = 512
            vmware_dir = /shared/images/guest-a
            vmware_should_transfer_files = no
            queue
            """);
    assertThat(job.inputFiles()).containsExactly(Path.of("/shared/images/guest-a/guest.vmx"));
  }

  @Test
  void xenKernelHasThreeForms() {
    String xen = Submits.BASIC.replace("kvm", "xen");
    assertThat(job(xen + "xen_kernel = Included\nqueue\n").xen().orElseThrow().form())
        .isEqualTo(XenKernel.Form.INCLUDED);
    assertThat(job(xen + "xen_kernel = vmx\nqueue\n").xen().orElseThrow().word()).isEqualTo("vmx");
    VmJob own =
        job(
            xen.replace("= guest.img\n", "= guest.img, kernels/vmlinuz-guest\n")
                + """
                xen_kernel = vmlinuz-guest
                xen_root = "/dev/sda1 ro"
                xen_kernel_params = "quiet"
                queue
                """);
    assertThat(own.xen())
        .contains(
            new XenKernel(
                XenKernel.Form.FILE,
                Optional.of("vmlinuz-guest"),
                Optional.empty(),
                Optional.of("/dev/sda1 ro"),
                Optional.of("quiet")));
  }

  @Test
  void theContentsOfADirectoryAreInputsOfTheirOwn() {
    VmJob job =
        job(
            """
            universe = vm
            executable = guest
            vm_type = kvm
            vm_memory = 64
            vm_disk = swap.img:vda:w
            transfer_input_files = images/
            queue
            """);
    assertThat(job.disks().getFirst().source()).contains(Path.of("/home/u/images/swap.img"));
  }

  @Test
  void inputsOfUrlsAreFetchedThere() {
    VmJob job =
        job(
            Submits.BASIC.replace("= guest.img\n", "= guest.img, https://example.org/data.bin\n")
                + "queue\n");
    assertThat(job.inputUrls()).containsExactly("https://example.org/data.bin");
    assertThat(job.inputFiles()).containsExactly(Path.of("/home/u/guest.img"));
  }

  @Test
  void commandsGoByTheirAttributeNamesToo() {
    VmJob job =
        job(
            """
            JobUniverse = 13
            Cmd = guest
            JobVMType = kvm
            JobVMMemory = 64
            JobVM_VCPUS = 2
            JobVMNetworking = TRUE
            vm_disk = guest.img:vda:w
            TransferInput = guest.img
            Iwd = images
            queue
            """);
    assertThat(job.vcpus()).isEqualTo(2);
    assertThat(job.networking()).isTrue();
    assertThat(job.initialDir()).isEqualTo(Path.of("/home/u/images"));
    assertThat(job.disks().getFirst().source()).contains(Path.of("/home/u/images/guest.img"));
  }
}
