package io.landfall.transfer.submit;

/// When files go back to the submit host. The vm universe decides it from `vm_checkpoint`, whatever
/// the file says.
public enum WhenToTransferOutput {
  /// Only when the guest has shut down.
  ON_EXIT,
  /// At an eviction too, as a checkpoint.
  ON_EXIT_OR_EVICT
}
