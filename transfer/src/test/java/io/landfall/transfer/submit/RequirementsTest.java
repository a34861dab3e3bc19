package io.landfall.transfer.submit;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Which test proves which statement of HTCondor's manual about submit files and matching.
///
/// A proof is the name of a sample, which [SamplesTest] judges as its first line says, or
/// `Class#method` of a test beside this one. Every statement about validation and matching must
/// have one; of the statements about behaviour, those are listed that are decided here.
class RequirementsTest {
  /// The statements of kinds V (validation at submit) and M (matching).
  private static final Set<String> VALIDATION_AND_MATCHING =
      Set.of(
          "R7", "R12", "R13", "R14", "R16", "R17", "R18", "R23", "R24", "R25", "R26", "R27", "R28",
          "R29", "R30", "R31", "R36", "R40", "R41", "R42", "R50", "R52", "R59", "R60", "R63", "R74",
          "R75");

  private static final Map<String, List<String>> PROOFS =
      Map.ofEntries(
          entry("R5", List.of("kvm-basic", "VmJobTest#aKvmJobWithEverything")),
          entry("R7", List.of("s02-input", "s03-output", "s04-error")),
          entry("R9", List.of("s18-no-executable", "VmJobTest#aKvmJobWithEverything")),
          entry("R10", List.of("s08-xen-no-kernel", "s11-kvm-no-disk", "s16-vmware-no-vmx")),
          entry("R11", List.of("vmware-transfer-snapshot", "xen-included", "kvm-basic")),
          entry("R12", List.of("s01-no-vm-type", "t04-unknown-vm-type", "JobAdTest#aKvmJob")),
          entry("R13", List.of("s05-no-memory", "s06-memory-word", "RulesTest#isRefused")),
          entry("R14", List.of("JobAdTest#aJobThatMatchesNowhereIsToldWhichClauseFailsWhere")),
          entry("R15", List.of("kvm-network-nat", "VmJobTest#aKvmJobWithEverything")),
          entry(
              "R16",
              List.of(
                  "kvm-network-and-checkpoint",
                  "t05-unknown-network-type",
                  "JobAdTest#aJobThatMatchesNowhereIsToldWhichClauseFailsWhere")),
          entry("R17", List.of("kvm-network-nat", "JobAdTest#aKvmJob")),
          entry("R18", List.of("JobAdTest#aNetworkOfAnyTypeMatchesEveryMachineThatHasOne")),
          entry("R22", List.of("kvm-two-disks-cdrom", "JobAdTest#aKvmJob")),
          entry("R23", List.of("s11-kvm-no-disk", "s11-xen-empty-disk")),
          entry("R24", List.of("kvm-two-disks-cdrom", "xen-kernel-path")),
          entry("R25", List.of("s12-disk-two-fields", "s12-disk-empty-field")),
          entry("R26", List.of("VmJobTest#aKvmJobWithEverything", "RulesTest#isRefused")),
          entry("R27", List.of("VmJobTest#aKvmJobWithEverything", "RulesTest#isRefused")),
          entry("R28", List.of("VmJobTest#aKvmJobWithEverything")),
          entry("R29", List.of("xen-included", "s13-disk-five-fields")),
          entry("R30", List.of("t01-path-for-transferred-disk")),
          entry("R31", List.of("t02-relative-not-transferred", "kvm-shared-checkpoint")),
          entry("R35", List.of("xen-included", "kvm-basic")),
          entry("R36", List.of("t02-relative-not-transferred", "t06-kernel-not-transferred")),
          entry(
              "R38",
              List.of("vmware-transfer-snapshot", "VmJobTest#vmwareFilesComeFromTheDirectory")),
          entry("R39", List.of("VmJobTest#vmwareFilesComeFromTheDirectory")),
          entry("R40", List.of("s16-vmware-no-vmx", "RulesTest#severalVmxFilesAreTooMany")),
          entry("R41", List.of("s14-vmware-no-transfer-word")),
          entry("R42", List.of("s14-vmware-no-transfer-word")),
          entry("R43", List.of("VmJobTest#vmwareFilesComeFromTheDirectory")),
          entry("R44", List.of("VmJobTest#vmwareOnASharedFileSystemSendsTheVmxOnly")),
          entry("R45", List.of("VmJobTest#vmwareFilesComeFromTheDirectory")),
          entry("R48", List.of("vmware-transfer-no-snapshot")),
          entry("R50", List.of("s15-vmware-both-false")),
          entry("R52", List.of("vmware-transfer-no-snapshot", "s15-vmware-both-false")),
          entry("R56", List.of("vmware-transfer-snapshot")),
          entry("R59", List.of("s08-xen-no-kernel")),
          entry("R60", List.of("VmJobTest#xenKernelHasThreeForms")),
          entry("R61", List.of("xen-included", "s09-initrd-with-included")),
          entry(
              "R62",
              List.of("xen-kernel-path", "xen-kernel-transferred", "t06-kernel-not-transferred")),
          entry("R63", List.of("s10-kernel-path-no-root")),
          entry("R64", List.of("JobAdTest#aXenJobWithItsOwnKernel")),
          entry("R67", List.of("vmware-checkpoint", "kvm-shared-checkpoint")),
          entry("R68", List.of("VmJobTest#aKvmJobWithEverything")),
          entry("R74", List.of("s07-network-checkpoint")),
          entry("R75", List.of("kvm-network-and-checkpoint")),
          entry("R93.1", List.of("s05-no-memory")),
          entry("R93.2", List.of("s16-vmware-no-vmx")),
          entry("R93.3", List.of("s11-kvm-no-disk")),
          entry(
              "R93.4",
              List.of(
                  "s12-disk-two-fields", "s13-disk-five-fields", "t02-relative-not-transferred")),
          entry(
              "R93.5",
              List.of(
                  "t03-kvm-checkpoint-transferred-disk",
                  "VmJobTest#aTransferredDiskIsCheckpointedWhenTheFileAsksForTransferAtEviction")),
          entry("R93.6", List.of("s08-xen-no-kernel")),
          entry("R93.7", List.of("xen-hardware-vm", "JobAdTest#aXenJobOnHardwareVirtualization")),
          entry("R93.8", List.of("t06-kernel-not-transferred")),
          entry("R93.9", List.of("RulesTest#aXenRamdiskMustBeReachableToo")),
          entry("R93.10", List.of("s10-kernel-path-no-root")),
          entry("R93.11", List.of("s11-xen-empty-disk")),
          entry("R93.12", List.of("RulesTest#xenDisksFollowTheSameRules")),
          entry("R93.13", List.of("RulesTest#xenDisksFollowTheSameRules")));

  @TestFactory
  Stream<DynamicTest> everyProofIsThere() {
    return PROOFS.entrySet().stream()
        .map(row ->
            dynamicTest(
                row.getKey(),
                () -> assertThat(row.getValue()).isNotEmpty().allMatch(RequirementsTest::exists)));
  }

  @Test
  void everyStatementOnValidationAndMatchingHasAProof() {
    Set<String> open = new TreeSet<>(VALIDATION_AND_MATCHING);
    open.removeAll(PROOFS.keySet());
    assertThat(open).isEmpty();
  }

  private static boolean exists(String proof) {
    int hash = proof.indexOf('#');
    if (hash < 0) {
      return Stream.of("/submit/", "/submit/invalid/")
          .anyMatch(at -> RequirementsTest.class.getResource(at + proof + ".sub") != null);
    }
    try {
      Class<?> test =
          Class.forName(RequirementsTest.class.getPackageName() + "." + proof.substring(0, hash));
      return Arrays.stream(test.getDeclaredMethods())
          .filter(m -> m.getName().equals(proof.substring(hash + 1)))
          .anyMatch(RequirementsTest::isTest);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static boolean isTest(Method method) {
    return Arrays.stream(method.getAnnotations())
        .map(Annotation::annotationType)
        .anyMatch(a -> a.getSimpleName().endsWith("Test"));
  }
}
