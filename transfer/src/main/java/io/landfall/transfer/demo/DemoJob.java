package io.landfall.transfer.demo;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.transfer.control.JobEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The job of the demo: how it is made, and how what it leaves is read.
interface DemoJob {

  /// Makes the guest's files and the submit description file.
  ///
  /// @return the submit description file
  Path make() throws IOException;

  /// What its execute hosts are set to besides.
  Map<String, String> hostSettings() throws IOException;

  /// The file that the guest's disk was made from.
  Path image();

  /// The guest's disk as it was at the start. Caller closes.
  BlockDevice original() throws IOException;

  /// Where the changed disk must come back.
  Path result();

  /// The changed disk as the guest left it. Caller closes.
  BlockDevice returned() throws IOException;

  /// What else is not as it must be, a sentence each.
  List<String> faults(List<JobEvent> events) throws IOException;

  /// The lines of a submit description file that every job of the demo has.
  static String head(DemoOptions options, String type) {
    return """
    # The job is a virtual machine. It ends when its guest shuts down.
    universe                = vm
    executable              = landfall-demo
    vm_type                 = %s
    vm_memory               = %d
    """
        .formatted(type, options.memoryMiB());
  }

  /// The last ones.
  static String tail(DemoOptions options) {
    String networking =
        """
        vm_networking           = true
        vm_networking_type      = nat
        """;
    return """
    # an eviction saves disk and memory, disks included
    vm_checkpoint           = true
    when_to_transfer_output = ON_EXIT_OR_EVICT
    %squeue
    """
        .formatted(options.extras().contains(DemoExtra.NETWORK) ? networking : "");
  }
}
