package io.landfall.transfer.lifecycle.qemu;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.snapshot.format.qcow2.Qcow2Overlay;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.lifecycle.MemoryCopy;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What of a checkpoint of a running VM can be done beside the guest, and what must be done while
/// it stands still: the less of the second, the shorter the pause.
///
/// An upper layer's file exists exactly while QEMU writes to it. Not thread-safe: the verbs' lock
/// of [QemuVm].
final class Freezer {
  private final VmSpec spec;
  private final BlockJobs jobs;
  private final List<Range> changed = new ArrayList<>();
  private boolean covering;

  Freezer(VmSpec spec, BlockJobs jobs) {
    this.spec = spec;
    this.jobs = jobs;
    this.covering = writable().stream().anyMatch(d -> Files.exists(d.upper().orElseThrow()));
  }

  private List<VmDrive> writable() {
    return spec.drives().stream().filter(drive -> drive.overlay().isPresent()).toList();
  }

  private List<BlockJobs.Layer> layers() {
    return writable().stream().map(Freezer::layer).toList();
  }

  private static BlockJobs.Layer layer(VmDrive drive) {
    return new BlockJobs.Layer(
        CommandLine.upperNode(drive),
        CommandLine.topNode(drive),
        drive.upper().orElseThrow().toAbsolutePath().toString());
  }

  Path frozenMemory() {
    return spec.frozenMemoryFile();
  }

  /// Ranges of memory that [#prepare] and [#catchUp] copied.
  List<Range> changed() {
    return List.copyOf(changed);
  }

  /// Beside the guest: empty layers, opened; nearly all of its memory, copied; its disks' bytes on
  /// their way to the medium, so that QEMU's own flush in the pause finds little.
  void prepare() throws IOException {
    changed.clear();
    for (VmDrive drive : writable()) {
      Path upper = drive.upper().orElseThrow();
      Files.deleteIfExists(upper);
      Qcow2Overlay.create(upper, sizeOf(drive.overlay().orElseThrow()));
      jobs.open(layer(drive));
      DurableFiles.sync(drive.overlay().orElseThrow());
    }
    changed.addAll(MemoryCopy.update(spec.memoryFile(), frozenMemory()));
  }

  private static long sizeOf(Path overlay) throws IOException {
    try (BlockDevice layer = Qcow2Image.openLayer(overlay)) {
      return layer.sizeBytes();
    }
  }

  /// While it stands still: the layers on top.
  void cover() throws IOException {
    if (!writable().isEmpty()) {
      jobs.cover(layers());
      covering = true;
    }
  }

  /// While it stands still: the rest of its memory.
  void catchUp() throws IOException {
    changed.addAll(MemoryCopy.update(spec.memoryFile(), frozenMemory()));
  }

  /// Beside the guest: the layers down again, or away if they cover nothing.
  void thaw() throws IOException {
    for (VmDrive drive : writable()) {
      Path upper = drive.upper().orElseThrow();
      if (Files.exists(upper)) {
        if (covering) {
          jobs.bringDown(layer(drive));
        } else if (jobs.has(layer(drive))) {
          jobs.close(layer(drive));
        }
        Files.delete(upper);
      }
    }
    covering = false;
  }

  /// Finds out how far another process of ours came.
  void takeOver() throws IOException {
    jobs.cancelAll();
    covering = false;
    for (VmDrive drive : writable()) {
      if (jobs.covers(layer(drive))) {
        covering = true;
      } else if (jobs.has(layer(drive))) {
        jobs.close(layer(drive));
        Files.deleteIfExists(drive.upper().orElseThrow());
      } else {
        Files.deleteIfExists(drive.upper().orElseThrow());
      }
    }
  }
}
