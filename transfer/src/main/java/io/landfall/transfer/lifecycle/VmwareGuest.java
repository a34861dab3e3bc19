package io.landfall.transfer.lifecycle;

/// What only a VMware guest has.
///
/// @param vmx the user's configuration file, as written
/// @param snapshotDisk whether writes go to a delta over the landed disk; else to a private copy of
///   it
/// @param inPlace whether bases are VMDK and ISO files on a shared file system, used where they
///   lie, instead of landed content
public record VmwareGuest(String vmx, boolean snapshotDisk, boolean inPlace) {
  /// The directory beside the machine with the files that came with it, besides its disks.
  public static final String FILES = "files";

  /// A guest whose disks have landed.
  public VmwareGuest(String vmx, boolean snapshotDisk) {
    this(vmx, snapshotDisk, false);
  }
}
