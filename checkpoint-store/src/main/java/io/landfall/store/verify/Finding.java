package io.landfall.store.verify;

import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.JobKey;
import java.nio.file.Path;
import java.util.List;

/// Something that is not what it was.
///
/// @param kind what kind of thing
/// @param file where it was found
/// @param offset in that file, or -1 if the file as a whole is meant
/// @param what one sentence for a person
/// @param affected what of which checkpoints cannot be restored because of it; empty if nothing
public record Finding(Kind kind, Path file, long offset, String what, List<Affected> affected) {

  /// What is damaged.
  public enum Kind {
    /// The store's format file.
    FORMAT,
    /// The head of a pack, or its name.
    PACK_HEADER,
    /// A chunk or node in a pack.
    CHUNK,
    /// The table or trailer of a pack: its chunks are found by walking it.
    PACK_TABLE,
    /// A checkpoint record.
    RECORD,
    /// A chunk or node that a checkpoint needs is nowhere.
    MISSING,
    /// The index, which can be made again.
    INDEX
  }

  /// Copies the list.
  public Finding {
    affected = List.copyOf(affected);
  }

  /// Part of a checkpoint.
  ///
  /// @param job whose checkpoint it is
  /// @param checkpoint which one
  /// @param content name of the disk, memory or blob
  /// @param range guest bytes
  public record Affected(JobKey job, CheckpointId checkpoint, String content, Range range) {}

  Finding withAffected(List<Affected> found) {
    return new Finding(kind, file, offset, what, found);
  }
}
