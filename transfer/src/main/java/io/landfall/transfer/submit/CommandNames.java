package io.landfall.transfer.submit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The commands that mean something in a submit file, for telling a typo from a variable.
final class CommandNames {
  /// Every universe HTCondor knows, by word and number.
  static final Set<String> UNIVERSES =
      Set.of(
          "vanilla",
          "standard",
          "scheduler",
          "grid",
          "java",
          "parallel",
          "local",
          "docker",
          "container",
          "mpi",
          "pvm",
          "1",
          "5",
          "7",
          "8",
          "9",
          "10",
          "11",
          "12");

  /// The commands this room reads.
  static final List<String> READ =
      List.of(
          "universe",
          "executable",
          "log",
          "vm_type",
          "vm_memory",
          "vm_vcpus",
          "vm_macaddr",
          "vm_networking",
          "vm_networking_type",
          "vm_checkpoint",
          "vm_no_output_vm",
          "vm_vnc",
          "vm_disk",
          "vmware_dir",
          "vmware_should_transfer_files",
          "vmware_snapshot_disk",
          "xen_kernel",
          "xen_initrd",
          "xen_root",
          "xen_kernel_params",
          "arguments",
          "initialdir",
          "transfer_input_files",
          "transfer_output_files",
          "transfer_output_remaps",
          "should_transfer_files",
          "when_to_transfer_output",
          "input",
          "output",
          "error",
          "requirements");

  private CommandNames() {}

  /// Every command there is.
  static List<String> all() {
    List<String> names = new ArrayList<>(READ);
    names.addAll(GenericCommands.names());
    return names;
  }
}
