package io.landfall.snapshot.filesystem;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Lists the partitions of a disk and their files.
public final class Volumes {
  private Volumes() {}

  /// The volumes of `disk`: its partitions, or the whole disk if it has none.
  ///
  /// @param maxFiles of each volume; the rest is left out and said so
  /// @throws io.landfall.snapshot.device.CorruptImageException if the partition table is damaged;
  ///   damage within a volume is its `problem`
  public static List<Volume> of(BlockDevice disk, int maxFiles) throws IOException {
    Partition whole = new Partition(0, new Range(0, disk.sizeBytes()), "");
    Volume asOne = volume(disk, whole, maxFiles);
    if (!asOne.fileSystem().equals("unknown")) {
      return List.of(asOne);
    }
    List<Volume> volumes = new ArrayList<>();
    for (Partition partition : PartitionTable.read(disk)) {
      volumes.add(volume(disk, partition, maxFiles));
    }
    return volumes.isEmpty() ? List.of(asOne) : volumes;
  }

  private static Volume volume(BlockDevice disk, Partition partition, int maxFiles) {
    PartitionBytes bytes = new PartitionBytes(disk, partition.range());
    Listing listing = new Listing(maxFiles);
    String fileSystem = "unknown";
    try {
      Optional<String> ext = Ext4Files.probe(bytes);
      Optional<String> fat = ext.isPresent() ? Optional.empty() : FatFiles.probe(bytes);
      if (ext.isPresent()) {
        fileSystem = ext.get();
        Ext4Files.list(bytes, listing);
      } else if (fat.isPresent()) {
        fileSystem = fat.get();
        FatFiles.list(bytes, listing);
      }
      return new Volume(partition, fileSystem, listing.files(), "");
    } catch (IOException e) {
      return new Volume(partition, fileSystem, listing.files(), String.valueOf(e.getMessage()));
    }
  }
}
