package io.landfall.transfer.control;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// Why a virtual machine could not be started, in HTCondor's words: the error strings of its
/// vm-gahp, `VMGAHP_ERR_…`.
///
/// Those that hold a job are mistakes of the job: it would fail everywhere. All others are the
/// host's, and the job is tried again elsewhere.
public enum VmgahpError {
  JOBCLASSAD_NO_VM_MEMORY_PARAM(
      0, true, "The job's ad has no JobVMMemory.", "Submit it again with vm_memory."),
  JOBCLASSAD_XEN_NO_KERNEL_PARAM(
      1,
      true,
      "A Xen job's ad has no VMPARAM_Xen_Kernel.",
      "Say xen_kernel = included, vmx, or a kernel's file name."),
  JOBCLASSAD_MISMATCHED_HARDWARE_VT(
      2,
      true,
      "The job wants hardware virtualization, the host has VM_HARDWARE_VT off.",
      "Do not call a kernel file vmx; or run it where VM_HARDWARE_VT is true."),
  JOBCLASSAD_XEN_KERNEL_NOT_FOUND(
      3,
      true,
      "The Xen kernel's file cannot be read.",
      "Transfer it, or give its full path on a shared file system and require that file system."),
  JOBCLASSAD_XEN_INITRD_NOT_FOUND(
      4,
      true,
      "The Xen ramdisk's file cannot be read.",
      "Transfer it, or give its full path on a shared file system and require that file system."),
  JOBCLASSAD_XEN_NO_ROOT_DEVICE_PARAM(
      5,
      true,
      "A Xen job with a kernel file has no VMPARAM_Xen_Root.",
      "Name the device with the root files: xen_root = sda1."),
  JOBCLASSAD_XEN_NO_DISK_PARAM(
      6, true, "A Xen job's ad has no VMPARAM_vm_Disk.", "Say vm_disk = FILE:DEVICE:PERMISSION."),
  JOBCLASSAD_XEN_INVALID_DISK_PARAM(
      7,
      true,
      "A disk of vm_disk makes no sense, cannot be read or written as asked, or is neither"
          + " transferred nor named by its full path.",
      "Mend vm_disk, or the file's permissions."),
  JOBCLASSAD_XEN_MISMATCHED_CHECKPOINT(
      8,
      true,
      "vm_checkpoint with a disk that is not on a shared file system.",
      "Say when_to_transfer_output = ON_EXIT_OR_EVICT: Landfall then checkpoints disk and memory."),
  JOBCLASSAD_KVM_NO_DISK_PARAM(
      9, true, "A KVM job's ad has no VMPARAM_vm_Disk.", "Say vm_disk = FILE:DEVICE:PERMISSION."),
  JOBCLASSAD_KVM_INVALID_DISK_PARAM(
      10,
      true,
      "A disk of vm_disk makes no sense, cannot be read or written as asked, or is neither"
          + " transferred nor named by its full path.",
      "Mend vm_disk, or the file's permissions."),
  JOBCLASSAD_KVM_MISMATCHED_CHECKPOINT(
      11,
      true,
      "vm_checkpoint with a disk that is not on a shared file system.",
      "Say when_to_transfer_output = ON_EXIT_OR_EVICT: Landfall then checkpoints disk and memory."),
  BAD_IMAGE(
      12,
      false,
      "A disk is not in the format that vm_disk says.",
      "Mend the fourth field of vm_disk, or the image: landfall image check FILE."),
  JOBCLASSAD_NO_VMWARE_VMX_PARAM(
      13,
      true,
      "A VMware job's ad names no .vmx file (the manual says VMPARAM_VMware_Dir).",
      "Put exactly one .vmx file into vmware_dir or transfer_input_files."),

  JOBCLASSAD_TOO_MUCH_MEMORY_REQUEST("The job asks for more memory than the host's VM_MEMORY."),
  JOBCLASSAD_MISMATCHED_NETWORKING("The job wants a network, the host has VM_NETWORKING off."),
  JOBCLASSAD_MISMATCHED_NETWORKING_TYPE(
      "vm_networking_type is not in the host's VM_NETWORKING_TYPE."),
  JOBCLASSAD_VMWARE_VMX_NOT_FOUND("The .vmx file did not arrive."),
  JOBCLASSAD_VMWARE_VMX_ERROR(
      "A disk that the .vmx file names was not transferred and cannot be read in vmware_dir."),
  NO_JOBCLASSAD_INFO("The job's ad did not arrive, or says neither type nor directory."),
  NO_SUPPORTED_VM_TYPE("The host runs another vm_type."),
  INTERNAL("The host's own configuration could not be read, or it answered nonsense."),
  CRITICAL("The machine's description could not be written, or the host's boot loader is missing."),
  CANNOT_CREATE_ARG_FILE("The job's arguments could not be written on the host."),
  VM_INVALID_OPERATION("The machine was in no state for what was asked of it."),
  VM_NOT_FOUND("The host has no such machine."),
  VM_CANNOT_CREATE_CKPT_FILES("The checkpoint could not be written."),
  VM_NO_SUPPORT_CHECKPOINT("This machine cannot be checkpointed. It runs on."),
  VM_NO_SUPPORT_SUSPEND("This machine cannot be suspended. It runs on."),
  VM_INVALID_SUSPEND_FILE("The saved memory cannot be read.");

  /// HTCondor's hold code for a machine that could not be started: FailedToCreateProcess.
  public static final int HOLD_CODE = 6;

  private static final String PREFIX = "VMGAHP_ERR_";

  private final OptionalInt subCode;
  private final boolean inManual;
  private final String meaning;
  private final String remedy;

  VmgahpError(int subCode, boolean inManual, String meaning, String remedy) {
    this.subCode = OptionalInt.of(subCode);
    this.inManual = inManual;
    this.meaning = meaning;
    this.remedy = remedy;
  }

  VmgahpError(String meaning) {
    this.subCode = OptionalInt.empty();
    this.inManual = false;
    this.meaning = meaning;
    this.remedy = "Nothing: the job is tried again, elsewhere if it can be.";
  }

  /// The error of that name, with or without its prefix, in any case.
  public static Optional<VmgahpError> named(String text) {
    String name = text.strip().toUpperCase(Locale.ROOT);
    for (VmgahpError error : values()) {
      if (name.equals(error.text()) || name.equals(error.name())) {
        return Optional.of(error);
      }
    }
    return Optional.empty();
  }

  /// As it stands in `HoldReason` and in event logs.
  public String text() {
    return PREFIX + name();
  }

  /// Whether a job with it is held.
  public boolean holds() {
    return subCode.isPresent();
  }

  /// `HoldReasonSubCode`, as HTCondor numbers them since 8.9; before, most were one lower: go by
  /// the names.
  public OptionalInt subCode() {
    return subCode;
  }

  /// Whether it is in the table of HTCondor's manual.
  public boolean inManual() {
    return inManual;
  }

  public String meaning() {
    return meaning;
  }

  public String remedy() {
    return remedy;
  }
}
