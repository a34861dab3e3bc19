package io.landfall.perf.worker;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.WholeDisk;
import io.landfall.snapshot.disk.SnapshotDisk;
import io.landfall.transfer.nbd.NbdExport;
import io.landfall.transfer.nbd.NbdExports;
import io.landfall.transfer.net.NbdServer;
import io.landfall.transfer.net.NbdServerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Disks over NBD, as `landfall image serve` shows them. One thread.
final class ShownDisks {
  private final Map<String, Shown> shown = new HashMap<>();

  private record Shown(NbdServer server, Optional<SnapshotDisk> overlay, BlockDevice image) {}

  Map<String, Double> show(Order.ShowDisk order) throws IOException {
    BlockDevice image = ImageWork.open(order.image());
    Optional<SnapshotDisk> overlay =
        order.overlay().isEmpty()
            ? Optional.empty()
            : Optional.of(SnapshotDisk.create(Path.of(order.overlay()), image));
    NbdExport export =
        overlay
            .map(disk -> NbdExport.writable("", new WholeDisk(disk, image)))
            .orElseGet(() -> NbdExport.readOnly("", image));
    NbdServer server = NbdServer.open(NbdServerSettings.standard());
    shown.put(order.socket(), new Shown(server, overlay, image));
    server.listen(Path.of(order.socket()), NbdExports.only(export));
    return Map.of();
  }

  Map<String, Double> hide(Order.HideDisk order) throws IOException {
    Shown ended = shown.remove(order.socket());
    ended.server.close();
    try (ended.image) {
      if (ended.overlay.isPresent()) {
        ended.overlay.get().close();
      }
    }
    return Map.of();
  }
}
