package io.landfall.transfer.lifecycle;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.snapshot.overlay.OverlayFile;
import java.io.IOException;
import java.nio.file.Path;

/// The format in which a hypervisor writes what a VM changes.
public enum OverlayFormat {
  /// A qcow2 file without a backing name; the base is told to the hypervisor by node name.
  QCOW2("qcow2") {
    @Override
    public BlockDevice openLayer(Path overlay) throws IOException {
      return Qcow2Image.openLayer(overlay);
    }
  },
  /// A VMDK delta, or a flat VMDK of a private copy; the driver makes either.
  VMDK("vmdk") {
    @Override
    public BlockDevice openLayer(Path overlay) throws IOException {
      return VmdkImage.openLayer(overlay);
    }
  },
  /// Our own overlay, `snapshot.overlay.OverlayFile`.
  LANDFALL("overlay") {
    @Override
    public BlockDevice openLayer(Path overlay) throws IOException {
      return OverlayFile.openLayer(overlay);
    }
  };

  private final String suffix;

  OverlayFormat(String suffix) {
    this.suffix = suffix;
  }

  /// What the names of such files end in.
  public String suffix() {
    return suffix;
  }

  /// Opens what a VM changed, read-only; a hole is where it changed nothing.
  public abstract BlockDevice openLayer(Path overlay) throws IOException;
}
