package io.landfall.transfer.submit;

import java.util.Optional;

/// How a Xen guest finds its kernel: `xen_kernel` and what goes with it.
///
/// @param form which of the three forms
/// @param kernel the kernel file's name as written; only with [Form#FILE]
/// @param initrd the ramdisk's name as written; only with [Form#FILE]
/// @param root the device with the root files, with its options; only with [Form#FILE]
/// @param params what the kernel gets on its command line
public record XenKernel(
    Form form,
    Optional<String> kernel,
    Optional<String> initrd,
    Optional<String> root,
    Optional<String> params) {

  /// Where the kernel is.
  public enum Form {
    /// Inside the disk image; the machine's boot loader finds it.
    INCLUDED,
    /// An unmodified guest on hardware virtualization boots by itself.
    VMX,
    /// A file.
    FILE
  }

  /// The value of `xen_kernel`.
  public String word() {
    return switch (form) {
      case INCLUDED -> "included";
      case VMX -> "vmx";
      case FILE -> kernel.orElseThrow();
    };
  }
}
