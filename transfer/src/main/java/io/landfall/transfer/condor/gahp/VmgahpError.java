package io.landfall.transfer.condor.gahp;

/// HTCondor's words for what can go wrong with a machine. The starter holds a job on some of them
/// and reschedules it on every other text, so they are said exactly.
enum VmgahpError {
  JOBCLASSAD_NO_VM_MEMORY_PARAM,
  JOBCLASSAD_TOO_MUCH_MEMORY_REQUEST,
  JOBCLASSAD_MISMATCHED_NETWORKING,
  JOBCLASSAD_MISMATCHED_NETWORKING_TYPE,
  JOBCLASSAD_MISMATCHED_HARDWARE_VT,
  JOBCLASSAD_XEN_NO_KERNEL_PARAM,
  JOBCLASSAD_XEN_KERNEL_NOT_FOUND,
  JOBCLASSAD_XEN_INITRD_NOT_FOUND,
  JOBCLASSAD_XEN_NO_ROOT_DEVICE_PARAM,
  JOBCLASSAD_XEN_NO_DISK_PARAM,
  JOBCLASSAD_XEN_INVALID_DISK_PARAM,
  JOBCLASSAD_KVM_NO_DISK_PARAM,
  JOBCLASSAD_KVM_INVALID_DISK_PARAM,
  BAD_IMAGE,
  NO_JOBCLASSAD_INFO,
  NO_SUPPORTED_VM_TYPE,
  INTERNAL,
  CRITICAL,
  CANNOT_CREATE_ARG_FILE,
  VM_INVALID_OPERATION,
  VM_NOT_FOUND,
  VM_CANNOT_CREATE_CKPT_FILES,
  VM_NO_SUPPORT_CHECKPOINT,
  VM_INVALID_SUSPEND_FILE;

  /// As it is said to the starter.
  String text() {
    return "VMGAHP_ERR_" + name();
  }

  /// With what a log should have besides the word.
  GahpException because(String detail) {
    return new GahpException(text(), detail);
  }
}
