package io.landfall.transfer.condor.gahp;

import static io.landfall.transfer.condor.gahp.VmgahpError.CRITICAL;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_KVM_INVALID_DISK_PARAM;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_KVM_NO_DISK_PARAM;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_MISMATCHED_HARDWARE_VT;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_MISMATCHED_NETWORKING;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_MISMATCHED_NETWORKING_TYPE;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_NO_VM_MEMORY_PARAM;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_TOO_MUCH_MEMORY_REQUEST;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_XEN_INITRD_NOT_FOUND;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_XEN_INVALID_DISK_PARAM;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_XEN_KERNEL_NOT_FOUND;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_XEN_NO_DISK_PARAM;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_XEN_NO_KERNEL_PARAM;
import static io.landfall.transfer.condor.gahp.VmgahpError.JOBCLASSAD_XEN_NO_ROOT_DEVICE_PARAM;
import static io.landfall.transfer.condor.gahp.VmgahpError.NO_JOBCLASSAD_INFO;
import static io.landfall.transfer.condor.gahp.VmgahpError.NO_SUPPORTED_VM_TYPE;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.lifecycle.VmKernel;
import io.landfall.transfer.lifecycle.VmNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// A job as its ad describes it to this host, checked in the order in which HTCondor's gahp does.
///
/// @param name the machine's name: user, cluster and process
/// @param type `kvm` or `xen`
/// @param memoryMiB guest memory
/// @param vcpus virtual CPUs
/// @param disks in the order of the ad
/// @param network the network card, or none
/// @param macAddress the card's address if the job names one
/// @param vnc whether a display is wanted
/// @param kernel a Xen guest's own kernel
/// @param bootLoader what finds a Xen guest's kernel in its disk
/// @param checkpoint whether the job may be checkpointed
/// @param noOutput whether nothing goes back
/// @param arguments for `condor.arg`
/// @param fromCheckpoint names of files that came out of SPOOL
record GahpJob(
    String name,
    String type,
    int memoryMiB,
    int vcpus,
    List<GahpDisk> disks,
    VmNetwork network,
    Optional<String> macAddress,
    boolean vnc,
    Optional<VmKernel> kernel,
    Optional<String> bootLoader,
    boolean checkpoint,
    boolean noOutput,
    Optional<String> arguments,
    List<String> fromCheckpoint) {

  /// Reads a job's ad.
  ///
  /// @param type what the start command says
  /// @param ours what this server was started for
  static GahpJob read(ClassAd ad, String type, String ours, Path scratch, GahpSettings settings)
      throws GahpException {
    return new Reader(ad, scratch, settings).read(type.toLowerCase(Locale.ROOT), ours);
  }

  /// Checks in order; the first thing that is wrong is what the starter hears.
  private record Reader(ClassAd ad, Path scratch, GahpSettings settings) {

    GahpJob read(String asked, String ours) throws GahpException {
      String type =
          ad.text("JobVMType")
              .map(t -> t.toLowerCase(Locale.ROOT))
              .orElseThrow(() -> NO_JOBCLASSAD_INFO.because("no JobVMType"));
      if (ad.text("VM_WORKING_DIR").isEmpty()) {
        throw NO_JOBCLASSAD_INFO.because("no VM_WORKING_DIR");
      }
      if (!type.equals(asked) || !type.equals(ours)) {
        throw NO_SUPPORTED_VM_TYPE.because(
            "job %s, command %s, server %s".formatted(type, asked, ours));
      }
      String name = name();
      int memory = memory();
      VmNetwork network = network();
      hardware(type);
      boolean xen = type.equals("xen");
      return new GahpJob(
          name,
          type,
          memory,
          Math.max(1, ad.integer("JobVM_VCPUS").orElse(1L).intValue()),
          disks(xen),
          network,
          ad.text("JobVM_MACADDR"),
          is("JobVMVNCConsole"),
          xen ? kernel() : Optional.empty(),
          xen && xenKernel().equals("included") ? bootLoader() : Optional.empty(),
          is("JobVMCheckpoint"),
          is("VMPARAM_No_Output_VM"),
          ad.text("Args").or(() -> ad.text("Arguments")).filter(a -> !a.isBlank()),
          list("TransferIntermediate"));
    }

    /// What the starter calls this machine when it has it killed.
    private String name() throws GahpException {
      Optional<String> user = ad.text("User");
      Optional<Long> cluster = ad.integer("ClusterId");
      Optional<Long> process = ad.integer("ProcId");
      if (user.isEmpty() || cluster.isEmpty() || process.isEmpty()) {
        throw CRITICAL.because("User, ClusterId and ProcId are needed for the machine's name");
      }
      return "%s_%d.%d".formatted(user.get().replace('@', '_'), cluster.get(), process.get());
    }

    private int memory() throws GahpException {
      long memory =
          ad.integer("JobVMMemory")
              .or(() -> ad.integer("RequestMemory"))
              .orElseThrow(() -> JOBCLASSAD_NO_VM_MEMORY_PARAM.because("no JobVMMemory"));
      if (memory <= 0 || (settings.memoryMiB() > 0 && memory > settings.memoryMiB())) {
        throw JOBCLASSAD_TOO_MUCH_MEMORY_REQUEST.because(
            "%d MiB, this host has %d".formatted(memory, settings.memoryMiB()));
      }
      return (int) memory;
    }

    private VmNetwork network() throws GahpException {
      if (!is("JobVMNetworking")) {
        return VmNetwork.none();
      }
      if (!settings.networking()) {
        throw JOBCLASSAD_MISMATCHED_NETWORKING.because("VM_NETWORKING is off on this host");
      }
      String type =
          ad.text("JobVMNetworkingType")
              .orElse(settings.defaultNetworkingType())
              .toLowerCase(Locale.ROOT);
      if (!settings.networkingTypes().contains(type)) {
        throw JOBCLASSAD_MISMATCHED_NETWORKING_TYPE.because(
            "%s, this host has %s".formatted(type, settings.networkingTypes()));
      }
      try {
        Optional<String> mac = ad.text("JobVM_MACADDR");
        return type.equals(GahpSettings.BRIDGE)
            ? VmNetwork.bridge(settings.bridge().orElseThrow(), mac)
            : VmNetwork.user(mac);
      } catch (IllegalArgumentException e) {
        throw CRITICAL.because(e.getMessage());
      }
    }

    private void hardware(String type) throws GahpException {
      boolean wanted = is("JobVMHardwareVT");
      boolean vmx = type.equals("xen") && xenKernel().equals("vmx");
      if ((wanted && !settings.hardwareVt()) || (vmx && !wanted)) {
        throw JOBCLASSAD_MISMATCHED_HARDWARE_VT.because("VM_HARDWARE_VT is off on this host");
      }
    }

    private List<GahpDisk> disks(boolean xen) throws GahpException {
      VmgahpError missing = xen ? JOBCLASSAD_XEN_NO_DISK_PARAM : JOBCLASSAD_KVM_NO_DISK_PARAM;
      String value =
          ad.text("VMPARAM_vm_Disk")
              .filter(v -> !v.isBlank())
              .orElseThrow(() -> missing.because("no VMPARAM_vm_Disk"));
      return GahpDisks.parse(
          value,
          scratch,
          xen ? JOBCLASSAD_XEN_INVALID_DISK_PARAM : JOBCLASSAD_KVM_INVALID_DISK_PARAM);
    }

    private String xenKernel() throws GahpException {
      return ad.text("VMPARAM_Xen_Kernel")
          .orElseThrow(() -> JOBCLASSAD_XEN_NO_KERNEL_PARAM.because("no VMPARAM_Xen_Kernel"));
    }

    private Optional<VmKernel> kernel() throws GahpException {
      String word = xenKernel();
      if (word.equals("included") || word.equals("vmx")) {
        return Optional.empty();
      }
      Path kernel = file(word, JOBCLASSAD_XEN_KERNEL_NOT_FOUND);
      Optional<Path> initrd = Optional.empty();
      if (ad.text("VMPARAM_Xen_Initrd").isPresent()) {
        initrd =
            Optional.of(file(ad.text("VMPARAM_Xen_Initrd").get(), JOBCLASSAD_XEN_INITRD_NOT_FOUND));
      }
      String root =
          ad.text("VMPARAM_Xen_Root")
              .orElseThrow(() -> JOBCLASSAD_XEN_NO_ROOT_DEVICE_PARAM.because("no xen_root"));
      return Optional.of(
          VmKernel.withRoot(kernel, initrd, root, ad.text("VMPARAM_Xen_Kernel_Params").orElse("")));
    }

    private Optional<String> bootLoader() throws GahpException {
      if (settings.bootLoader().isEmpty()) {
        throw CRITICAL.because("XEN_BOOTLOADER is not set on this host");
      }
      return settings.bootLoader();
    }

    private Path file(String name, VmgahpError missing) throws GahpException {
      Path transferred = scratch.resolve(name.substring(name.lastIndexOf('/') + 1));
      Path file = Files.isRegularFile(transferred) ? transferred : scratch.resolve(name);
      if (!Files.isReadable(file)) {
        throw missing.because(file + ": cannot be read");
      }
      return file;
    }

    private boolean is(String attribute) {
      return ad.value(attribute).isTrue();
    }

    private List<String> list(String attribute) {
      return Stream.of(ad.text(attribute).orElse("").split(",", -1))
          .map(String::strip)
          .filter(s -> !s.isEmpty())
          .toList();
    }
  }
}
