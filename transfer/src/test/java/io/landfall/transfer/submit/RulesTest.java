package io.landfall.transfer.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Mistakes beyond the samples: where each is reported, and how many at once.
class RulesTest {

  private static List<String> problems(String text) {
    return Submits.parse(text).problems().stream().map(Problem::toString).toList();
  }

  private static List<String> rules(String text) {
    return Submits.parse(text).problems().stream()
        .filter(Problem::isError)
        .map(p -> p.rule().orElse("-"))
        .toList();
  }

  @Test
  void allMistakesOfAFileAreReportedAtOnce() {
    assertThat(
            rules(
                """
                universe = vm
                input = x
                error = y
                vm_type = kvm
                vm_memory = -3
                vm_networking = perhaps
                vm_disk = guest.img:vda, guest.img:vdb:w:raw:x, ../guest.img:vdc:w
                transfer_input_files = guest.img, missing.img
                queue 3
                """))
        .containsExactlyInAnyOrder("S02", "S04", "S06", "S18", "S20", "S12", "S13", "L01", "S22");
  }

  @Test
  void aMistakeInsideAContinuedValueHasItsOwnLineAndColumn() {
    assertThat(
            problems(
                """
                universe = vm
                executable = x
                vm_type = kvm
                vm_memory = 64
                transfer_input_files = guest.img, seed.iso
                vm_disk = guest.img:vda:w, \\
                    seed.iso:vdb
                queue
                """))
        .containsExactly(
            "/home/u/job.sub:7:5: error [S12]: vm_disk entry needs file:device:permission (empty"
                + " fields do not count), not seed.iso:vdb (such as guest.img:vda:w, or"
                + " guest.qcow2:vda:w:qcow2 with the format)");
  }

  @Test
  void aMistakeInAnExpandedValueIsReportedAtTheCommand() {
    assertThat(problems(Submits.BASIC.replace("256", "$(Size)") + "Size = huge\nqueue\n"))
        .singleElement()
        .asString()
        .startsWith("/home/u/job.sub:4:24: error [S06]: vm_memory must be a positive number");
  }

  @Test
  void aLineThatCannotBeReadHidesWhatMayBeOnIt() {
    assertThat(rules(Submits.BASIC.replace("vm_memory            =", "vm_memory") + "queue\n"))
        .containsExactly("S24");
    assertThat(rules(Submits.BASIC + "queeue\n")).containsExactly("S24");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          vm_disk = ..:vda:w,                             L01
          vm_disk = /shared/../etc/x:vda:w,               L01
          vm_disk = guest.img:vda:w|seed.iso:vda:r,       L03
          vm_disk = guest.img:vda:w|guest.img:vdb:w,      L03
          vm_disk = guest.img:vd a:w,                     L04
          transfer_input_files = ..,                      L01
          transfer_input_files = guest.img|images/..,     L01
          transfer_input_files = guest.img|images/guest.img, L02
          transfer_input_files = /,                       L01
          initialdir = nowhere,                           L06
          log = nowhere/x.log,                            L06
          vm_macaddr = 52:54:00:12:34,                    L07
          vm_macaddr = 53:54:00:12:34:56,                 L07
          transfer_output_files = ../x,                   L01
          transfer_output_files = /etc/passwd,            L01
          transfer_output_remaps = a=b,                   L08
          vm_memory = 0,                                  S06
          vm_memory = 65T,                                S06
          vm_memory = 12 apples,                          S06
          universe = vanilla,                             S23
          """)
  void isRefused(String line, String rule) {
    String more = line.startsWith("vm_disk") ? "transfer_input_files = guest.img, seed.iso\n" : "";
    assertThat(rules(Submits.BASIC + more + line.replace('|', ',') + "\nqueue\n")).contains(rule);
  }

  @Test
  void aFormatThatCannotBeReadIsRefusedWhereThatIsKnown() {
    java.util.Set<String> formats = java.util.Set.of("raw", "qcow2");
    var files =
        Submits.home().with("/home/u/job.sub", Submits.BASIC.replace(":w", ":w:VHD") + "queue");
    Submission submission =
        SubmitFile.parse(
            java.nio.file.Path.of("/home/u/job.sub"),
            Submits.context(files).withImageFormats(formats));
    assertThat(submission.problems().getFirst().toString())
        .contains("[L05]")
        .contains("one of qcow2, raw");
  }

  @Test
  void aCdRomIsNeverWritable() {
    Submission submission =
        Submits.parse(
            Submits.BASIC
                    .replace("vda:w", "vda:w, seed.iso:hdc:w")
                    .replace("= guest.img\n", "= guest.img, seed.iso\n")
                + "queue\n");
    assertThat(submission.problems()).singleElement().asString().contains("is a CD-ROM");
    assertThat(submission.jobs().getFirst().disks())
        .extracting(VmDisk::writable)
        .containsExactly(true, false);
  }

  @Test
  void moreInputsThanAnyJobHasAreRefused() {
    assertThat(
            rules(
                Submits.BASIC
                    + "transfer_input_files = "
                    + "guest.img,".repeat(10_001)
                    + "\nqueue\n"))
        .contains("L06");
  }

  @Test
  void aDiskFromAUrlIsRefused() {
    assertThat(
            rules(
                Submits.BASIC.replace("= guest.img\n", "= https://example.org/guest.img\n")
                    + "queue\n"))
        .containsExactly("L10");
  }

  @Test
  void warnsOfInputsThatTheGuestWillNotSee() {
    assertThat(
            problems(Submits.BASIC.replace("= guest.img\n", "= guest.img, seed.iso\n") + "queue\n"))
        .singleElement()
        .asString()
        .contains("6:35: warning: the guest will not see seed.iso");
  }

  @Test
  void disksAreJudgedEvenIfTheHypervisorIsUnknown() {
    assertThat(rules(Submits.BASIC.replace("kvm", "qemu").replace(":vda:w", "") + "queue\n"))
        .containsExactly("T04", "S12");
  }

  @Test
  void vmwareGuestsHaveAddressesOfVmware() {
    String vmware =
        """
        universe = vm
        executable = x
        vm_type = vmware
        vm_memory = 64
        vmware_dir = images/guest-a
        vmware_should_transfer_files = true
        """;
    assertThat(rules(vmware + "vm_macaddr = 52:54:00:12:34:56\nqueue\n")).containsExactly("L07");
    assertThat(rules(vmware + "vm_macaddr = 00:50:56:3F:34:56\nqueue\n")).isEmpty();
  }

  @Test
  void warnsOfCommandsThatNothingUsed() {
    assertThat(problems(Submits.BASIC + "vm_networkin = true\nxen_root = sda1\nX = 1\nqueue\n"))
        .satisfiesExactly(
            a ->
                assertThat(a)
                    .endsWith(
                        "7:16: warning: vm_networkin was never used, and is no command (did you mean"
                            + " vm_networking?)"),
            b -> assertThat(b).endsWith("8:12: warning: xen_root has no effect on this job"),
            c -> assertThat(c).contains("9:5: warning: X was never used"));
  }

  @Test
  void warnsOfWordsThatTheVmUniverseOverwrites() {
    assertThat(
            problems(
                Submits.BASIC
                    + "should_transfer_files = NO\nwhen_to_transfer_output = ON_EXIT_OR_EVICT\nqueue\n"))
        .satisfiesExactly(
            a -> assertThat(a).contains("read as YES in the vm universe"),
            b -> assertThat(b).contains("read as ON_EXIT without vm_checkpoint"));
  }

  @Test
  void aSharedDiskThatIsNotHereIsOnlyAWarning() {
    Submission submission =
        Submits.parse(Submits.BASIC.replace("guest.img:vda", "/far/away.img:vda") + "queue\n");
    assertThat(submission.valid()).isTrue();
    assertThat(submission.problems().toString()).contains("/far/away.img cannot be read here");
  }

  @Test
  void aFileThatIsNotThereIsOneProblem() {
    assertThat(
            SubmitFile.parse(
                    java.nio.file.Path.of("/home/u/none.sub"), Submits.context(Submits.home()))
                .problems())
        .singleElement()
        .asString()
        .contains("cannot read /home/u/none.sub: no such file");
  }

  @Test
  void xenDisksFollowTheSameRules() {
    String xen = Submits.BASIC.replace("kvm", "xen") + "xen_kernel = included\n";
    assertThat(rules(xen.replace("guest.img:vda:w", "other.img:vda:w") + "queue\n"))
        .containsExactly("T02");
    assertThat(rules(xen.replace("guest.img:vda:w", "guest.img:vda") + "queue\n"))
        .containsExactly("S12");
    assertThat(problems(xen + "vm_checkpoint = true\nqueue\n"))
        .singleElement()
        .asString()
        .contains("[T03]")
        .contains("when_to_transfer_output = ON_EXIT_OR_EVICT")
        .contains("VMGAHP_ERR_JOBCLASSAD_XEN_MISMATCHED_CHECKPOINT");
  }

  @Test
  void aXenRamdiskMustBeReachableToo() {
    assertThat(
            problems(
                Submits.BASIC.replace("kvm", "xen")
                    + "xen_kernel = /k/vmlinuz\nxen_root = sda\nxen_initrd = initrd.img\nqueue\n"))
        .singleElement()
        .asString()
        .contains("[T06]")
        .contains("VMGAHP_ERR_JOBCLASSAD_XEN_INITRD_NOT_FOUND");
  }

  @Test
  void severalVmxFilesAreTooMany() {
    var files = Submits.home().with("/home/u/images/guest-a/second.VMX", "x");
    String text =
        """
        universe = vm
        executable = x
        vm_type = vmware
        vm_memory = 64
        vmware_dir = images/guest-a
        vmware_should_transfer_files = true
        queue
        """;
    assertThat(Submits.parse(text, files).problems().toString())
        .contains("[S17]: several vmx files: guest.vmx, second.VMX");
  }
}
