package io.landfall.transfer.submit;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.config.FileLookup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The ad of a job: what HTCondor 8.6 would have written for it, attribute by attribute.
///
/// An attribute of the user's that holds `$$(…)` is left out: it has no value before the match.
public final class JobAd {
  /// The vm universe's number.
  static final int UNIVERSE = 13;

  private final VmJob job;
  private final JobAdContext context;
  private final ClassAd.Builder ad = ClassAd.builder();

  private JobAd(VmJob job, JobAdContext context) {
    this.job = job;
    this.context = context;
  }

  /// Writes a job's ad.
  ///
  /// @throws IllegalArgumentException if the administrator's requirements are no expression
  public static ClassAd of(VmJob job, JobAdContext context) {
    try {
      return new JobAd(job, context).build();
    } catch (ClassAdException e) {
      // The reader has parsed every expression of the job before.
      throw new IllegalArgumentException("job " + job.id() + ": " + e.getMessage(), e);
    }
  }

  private ClassAd build() throws ClassAdException {
    identity();
    machine();
    job.xen().ifPresent(this::xen);
    job.vmware().ifPresent(this::vmware);
    files();
    requests();
    for (Map.Entry<String, String> own : job.attributes().entrySet()) {
      if (!own.getValue().contains("$$(")) {
        ad.expression(own.getKey(), own.getValue());
      }
    }
    boolean overridden =
        job.attributes().keySet().stream().anyMatch("Requirements"::equalsIgnoreCase);
    if (!overridden) {
      ad.expression(
          "Requirements", JobRequirements.of(job, context.arch(), context.appendRequirements()));
    }
    return ad.build();
  }

  private void identity() {
    ad.set("MyType", "Job")
        .set("TargetType", "Machine")
        .set("ClusterId", job.clusterId())
        .set("ProcId", job.procId())
        .set("Owner", context.owner())
        .set("User", context.owner() + "@" + context.host())
        .set("QDate", context.queueTime())
        .set("JobStatus", 1)
        .set("JobUniverse", UNIVERSE)
        .set("Cmd", job.executable())
        .set("TransferExecutable", false)
        .set("In", "/dev/null")
        .set("Out", "/dev/null")
        .set("Err", "/dev/null")
        .set("Iwd", job.initialDir().toString());
    job.log().ifPresent(log -> ad.set("UserLog", log.toString()));
    job.arguments().ifPresent(arguments -> ad.set("Args", arguments));
  }

  private void machine() {
    ad.set("JobVMType", job.type().word())
        .set("JobVMMemory", job.memoryMiB())
        .set("JobVM_VCPUS", job.vcpus())
        .set("JobVMNetworking", job.networking())
        .set("JobVMCheckpoint", job.checkpoint())
        .set("JobVMHardwareVT", hardware());
    job.macAddress().ifPresent(mac -> ad.set("JobVM_MACADDR", mac));
    job.networkingType().ifPresent(type -> ad.set("JobVMNetworkingType", type.word()));
    if (job.vnc()) {
      ad.set("JobVMVNCConsole", true);
    }
    if (job.noOutput()) {
      ad.set("VMPARAM_No_Output_VM", true);
    }
    if (job.type() != VmType.VMWARE && !job.disks().isEmpty()) {
      ad.set(
          "VMPARAM_vm_Disk",
          job.disks().stream().map(VmDisk::toString).collect(Collectors.joining(", ")));
    }
  }

  private boolean hardware() {
    return job.xen().filter(x -> x.form() == XenKernel.Form.VMX).isPresent();
  }

  private void xen(XenKernel xen) {
    ad.set("VMPARAM_Xen_Kernel", xen.word());
    xen.initrd().ifPresent(initrd -> ad.set("VMPARAM_Xen_Initrd", initrd));
    xen.root().ifPresent(root -> ad.set("VMPARAM_Xen_Root", root));
    xen.params().ifPresent(params -> ad.set("VMPARAM_Xen_Kernel_Params", params));
  }

  private void vmware(VmwareImage image) {
    image.directory().ifPresent(d -> ad.set("VMPARAM_VMware_Dir", d.toString()));
    ad.set("VMPARAM_VMware_Transfer", image.transfer())
        .set("VMPARAM_VMware_SnapshotDisk", image.snapshotDisk())
        .set("VMPARAM_VMware_VMX_File", image.vmxFile())
        .set("VMPARAM_VMware_VMDK_Files", String.join(",", image.vmdkFiles()));
    if (!image.transfer()) {
      ad.set("FileSystemDomain", context.fileSystemDomain());
    }
  }

  private void files() {
    List<String> inputs =
        job.inputFiles().stream().map(Path::toString).collect(Collectors.toList());
    inputs.addAll(job.inputUrls());
    ad.set("ShouldTransferFiles", "YES").set("WhenToTransferOutput", job.when().name());
    if (!inputs.isEmpty()) {
      ad.set("TransferInput", String.join(",", inputs));
    }
    job.outputFiles().ifPresent(files -> ad.set("TransferOutput", String.join(",", files)));
    if (!job.outputRemaps().isEmpty()) {
      ad.set(
          "TransferOutputRemaps",
          job.outputRemaps().entrySet().stream()
              .map(e -> escaped(e.getKey()) + "=" + escaped(e.getValue()))
              .collect(Collectors.joining(";")));
    }
  }

  private static String escaped(String name) {
    return name.replace("=", "\\=").replace(";", "\\;");
  }

  /// `DiskUsage` counts the memory too: it is written out when the guest is suspended.
  private void requests() throws ClassAdException {
    long inputKib = 0;
    for (Path input : job.inputFiles()) {
      inputKib += sizeKib(context.files(), input);
    }
    ad.set("ImageSize", job.memoryMiB() * 1024L)
        .set("DiskUsage", job.memoryMiB() * 1024L + inputKib)
        .expression("RequestMemory", "MY.JobVMMemory")
        .expression("RequestCpus", "MY.JobVM_VCPUS")
        .expression("RequestDisk", "DiskUsage")
        .set("JobPrio", 0)
        .expression("Rank", "0.0");
  }

  private static long sizeKib(FileLookup files, Path input) {
    if (!files.isDirectory(input)) {
      return Math.ceilDiv(files.sizeBytes(input), 1024L);
    }
    try {
      return files.list(input, InputFiles.MAX_FILES).stream()
          .mapToLong(file -> Math.ceilDiv(files.sizeBytes(file), 1024L))
          .sum();
    } catch (IOException vanished) {
      return 0;
    }
  }
}
