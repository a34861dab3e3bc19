package io.landfall.snapshot.filesystem;

import java.util.List;

/// A partition and what is on it.
///
/// @param partition where it is
/// @param fileSystem `ext2`, `ext3`, `ext4`, `FAT12`, `FAT16`, `FAT32`, or `unknown`
/// @param files in the order of their directories
/// @param problem why the list ends early, in one sentence; empty if it does not
public record Volume(
    Partition partition, String fileSystem, List<FileEntry> files, String problem) {
  /// Copies the list.
  public Volume {
    files = List.copyOf(files);
  }
}
