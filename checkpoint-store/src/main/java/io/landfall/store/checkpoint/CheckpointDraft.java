package io.landfall.store.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What is known of a checkpoint before its content is stored.
///
/// @param job whose state it is
/// @param parent the checkpoint that the job ran from, in this store; its chunks are the bases of
///   page deltas
/// @param executeHost where the job ran
/// @param vmDescription JSON that a restore needs; at most 1 MiB
public record CheckpointDraft(
    JobKey job, Optional<CheckpointId> parent, String executeHost, String vmDescription) {
  /// The longest description, in bytes of UTF-8.
  public static final int MAX_DESCRIPTION_BYTES = 1 << 20;

  /// Checks the bound.
  public CheckpointDraft {
    int bytes = vmDescription.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_DESCRIPTION_BYTES) {
      throw new IllegalArgumentException(
          "VM description: " + bytes + " bytes, expected at most " + MAX_DESCRIPTION_BYTES);
    }
  }
}
