package io.landfall.transfer.submit;

import io.landfall.transfer.classad.Attributes;
import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.classad.Expression;
import io.landfall.transfer.classad.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The `Requirements` of a job ad: the user's expression, the administrator's, and a clause for
/// everything the job needs of a machine. A clause is left out if the user's own expression names
/// that attribute of the machine.
final class JobRequirements {
  private final VmJob job;
  private final Set<String> named = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
  private final List<String> clauses = new ArrayList<>();

  private JobRequirements(VmJob job) {
    this.job = job;
  }

  /// The whole expression.
  static String of(VmJob job, String arch, Optional<String> append) throws ClassAdException {
    return new JobRequirements(job).build(arch, append);
  }

  private String build(String arch, Optional<String> append) throws ClassAdException {
    if (job.requirements().isPresent()) {
      clauses.add("(" + job.requirements().get() + ")");
      for (Expression.Attribute a : Attributes.of(Expression.parse(job.requirements().get()))) {
        if (a.scope() != Expression.Scope.MY) {
          named.add(a.name());
        }
      }
    }
    append.ifPresent(text -> clauses.add("(" + text + ")"));
    machine(arch);
    network();
    checkpoint();
    return String.join(" && ", clauses);
  }

  private void machine(String arch) {
    clause("Arch", "TARGET.Arch == " + Value.of(arch));
    clause("HasVM", "TARGET.HasVM =?= true");
    clause("VM_Type", "TARGET.VM_Type == MY.JobVMType");
    clause("VM_AvailNum", "TARGET.VM_AvailNum > 0");
    clause("Disk", "TARGET.Disk >= MY.RequestDisk");
    clause("HasFileTransfer", "TARGET.HasFileTransfer");
    for (String scheme : schemes()) {
      clause(
          "HasFileTransferPluginMethods",
          "stringListIMember(" + Value.of(scheme) + ", TARGET.HasFileTransferPluginMethods)");
    }
    if (job.vmware().filter(v -> !v.transfer()).isPresent()) {
      clause("FileSystemDomain", "TARGET.FileSystemDomain == MY.FileSystemDomain");
    }
    if (job.type() != VmType.XEN) {
      clause("TotalMemory", "TARGET.TotalMemory >= MY.JobVMMemory");
    }
    clause("VM_Memory", "TARGET.VM_Memory >= MY.JobVMMemory");
    if (job.xen().filter(x -> x.form() == XenKernel.Form.VMX).isPresent()) {
      clause("VM_HardwareVT", "TARGET.VM_HardwareVT");
    }
  }

  private Set<String> schemes() {
    Set<String> schemes = new TreeSet<>();
    for (String url : job.inputUrls()) {
      schemes.add(url.substring(0, url.indexOf(':')).toLowerCase(Locale.ROOT));
    }
    return schemes;
  }

  private void network() {
    if (job.networking()) {
      clause("VM_Networking", "TARGET.VM_Networking");
      job.networkingType()
          .ifPresent(type ->
              clause(
                  "VM_Networking_Types",
                  "stringListIMember(" + Value.of(type.word()) + ", TARGET.VM_Networking_Types)"));
    }
  }

  /// A checkpoint resumes on the same kind of machine, and never beside a guest of the same MAC
  /// address.
  private void checkpoint() {
    if (job.checkpoint()) {
      clauses.add("(MY.CkptArch =?= undefined || MY.CkptArch == TARGET.Arch)");
      clause(
          "VM_All_Guest_Macs",
          "(MY.VM_CkptMac =?= undefined || TARGET.VM_All_Guest_Macs =?= undefined"
              + " || !stringListIMember(MY.VM_CkptMac, TARGET.VM_All_Guest_Macs))");
    }
  }

  private void clause(String machineAttribute, String text) {
    if (!named.contains(machineAttribute)) {
      clauses.add(text);
    }
  }
}
