package io.landfall.transfer.lifecycle.simulated;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.overlay.OverlayFile;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The disks of a simulated guest: each a read-only base and, where it may be written, an overlay.
final class GuestDisks implements AutoCloseable {
  private final List<BlockDevice> disks = new ArrayList<>();
  private final Deque<BlockDevice> open = new ArrayDeque<>(); // overlays before their bases

  private GuestDisks() {}

  /// Opens all disks of a VM, making overlays that do not exist.
  static GuestDisks open(VmSpec spec) throws IOException {
    GuestDisks disks = new GuestDisks();
    try {
      for (VmDrive drive : spec.drives()) {
        disks.add(drive);
      }
      return disks;
    } catch (IOException e) {
      disks.close();
      throw e;
    }
  }

  private void add(VmDrive drive) throws IOException {
    BlockDevice disk = RawFile.open(drive.base());
    open.push(disk);
    if (drive.overlay().isPresent()) {
      disk = overlay(drive.overlay().get(), disk);
      open.push(disk);
    }
    disks.add(disk);
  }

  private static BlockDevice overlay(Path path, BlockDevice base) throws IOException {
    return Files.exists(path)
        ? OverlayFile.openWritable(path, base)
        : OverlayFile.create(path, base.sizeBytes(), base);
  }

  /// The disk that the guest boots from.
  BlockDevice boot() {
    return disks.getFirst();
  }

  void flush() throws IOException {
    for (BlockDevice disk : disks) {
      if (disk.writable()) {
        disk.flush();
      }
    }
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
