package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.snapshot.format.qcow2.Qcow2Overlay;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.demo.DemoImage;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.nbd.NbdExport;
import io.landfall.transfer.nbd.NbdExports;
import io.landfall.transfer.net.NbdServer;
import io.landfall.transfer.net.NbdServerSettings;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.testing.Guest;
import io.landfall.transfer.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A guest boots, works and powers off while nothing of its image is here but what it has read.
class LazyBootIT {
  @TempDir private Path dir;

  @Test
  void aGuestDoesItsWorkBeforeItsImageHasArrived() throws Exception {
    Tools.need("qemu-system-x86_64");
    Path image = dir.resolve("source.img");
    DemoImage.write(image, 256L << 20, 64L << 20, 3, new WorkPlan(20, Duration.ofMillis(10)));
    Path target = dir.resolve("landed.raw");
    Path overlay = dir.resolve("overlay.qcow2");
    Path socket = dir.resolve("nbd.sock");
    try (RawFile source = RawFile.open(image);
        Wire wire = Wire.open();
        NbdServer server = NbdServer.open(NbdServerSettings.standard())) {
      Manifest manifest = Images.manifestOf(source);
      long data = Images.dataOf(source).stream().mapToLong(Range::length).sum();
      wire.serve(
          "image",
          () ->
              Export.of(RawFile.open(image))
                  .withManifest(CompletableFuture.completedFuture(manifest)));
      Qcow2Overlay.create(overlay, source.sizeBytes());
      try (RemoteImage remote = RemoteImage.open(wire.peer(), "image");
          LazyLanding landing =
              LazyLanding.begin(
                  remote,
                  target,
                  BootProfile.EMPTY,
                  ranges -> {
                    throw new AssertionError("differs: " + ranges);
                  })) {
        server.listen(socket, NbdExports.only(NbdExport.readOnly("", landing.device())));
        try (Guest guest =
            Guest.boot(
                dir,
                Guest.nbd("base", socket, true),
                "{'driver':'file','node-name':'file','filename':'" + overlay + "'}",
                "{'driver':'qcow2','node-name':'disk','file':'file','backing':'base'}")) {
          guest.awaitEnd();
        }
        assertThat(landing.pulledBytes()).isLessThan(data / 10);
        assertThat(landing.profile().bytes()).isPositive();
        assertThat(Files.exists(target)).isFalse();
        landing.fill();
        assertThat(landing.landed().get(60, TimeUnit.SECONDS).imageId())
            .isEqualTo(manifest.imageId());
      }
    }
    try (LayeredDevice disk =
        LayeredDevice.over(Qcow2Image.openLayer(overlay), RawFile.open(target))) {
      WorkLog log = WorkLog.read(disk);
      assertThat(log.complete()).as(log.toString()).isTrue();
    }
  }
}
