package io.landfall.transfer.submit;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The files of a VMware guest.
///
/// @param directory `vmware_dir` as a full path, if the job names one
/// @param transfer whether its files are sent; else only the `.vmx` is, and the rest is expected on
///   a shared file system
/// @param snapshotDisk whether changes go to a snapshot disk; always so without transfer
/// @param vmxFile base name of the one configuration file
/// @param vmdkFiles base names of the virtual disks among the inputs
/// @param vmx text of the configuration file, once it was read
public record VmwareImage(
    Optional<Path> directory,
    boolean transfer,
    boolean snapshotDisk,
    String vmxFile,
    List<String> vmdkFiles,
    Optional<String> vmx) {

  /// Copies the list.
  public VmwareImage {
    vmdkFiles = List.copyOf(vmdkFiles);
  }

  /// The same with the configuration file read.
  public VmwareImage withVmx(String text) {
    return new VmwareImage(
        directory, transfer, snapshotDisk, vmxFile, vmdkFiles, Optional.of(text));
  }
}
