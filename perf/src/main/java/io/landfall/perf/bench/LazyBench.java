package io.landfall.perf.bench;

import io.landfall.perf.contest.Trees;
import io.landfall.perf.image.Contents;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.demo.DemoImage;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.landing.BootProfile;
import io.landfall.transfer.landing.LandedImage;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.landing.LazyLanding;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.qemu.QemuDriver;
import io.landfall.transfer.lifecycle.qemu.QemuSettings;
import io.landfall.transfer.nbd.NbdExport;
import io.landfall.transfer.nbd.NbdExports;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.NbdServer;
import io.landfall.transfer.net.NbdServerSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// How soon a guest is at its service over a slow link: when its image lands first, when it lands
/// behind the guest, and when it does so by the boot profile of the guest before.
///
/// Sender, receiver and NBD server are an agent's, in this process; the sender's throttle is the
/// link. QEMU is in software emulation, so that much of a boot is the processor's.
public final class LazyBench {
  /// 100 Mbit/s.
  static final int LINK_MBIT = 100;

  private static final long BYTES_PER_MBIT = 125_000;
  private static final String ONLY_READS = "lazily, only what it reads";

  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int MEMORY_MIB = 512;
  private static final long MIB = 1 << 20;
  private static final String NAME = "image";

  private final Optional<Path> guest;
  private final String marker;
  private final int mib;
  private final int linkMbit;

  /// @param guest a raw disk that boots; empty for one that is made here
  /// @param marker what that guest writes to its first serial port when it is at its service
  /// @param mib size of the one that is made, half of which is data; a given one is grown to it
  ///   with data that the guest has no use for
  /// @param linkMbit rate of the link in Mbit/s
  public LazyBench(Optional<Path> guest, String marker, int mib, int linkMbit) {
    this.mib = mib;
    this.guest = guest;
    this.marker = marker;
    this.linkMbit = linkMbit;
  }

  /// One guest.
  ///
  /// @param kind how its image came
  /// @param imageBytes data in the image
  /// @param serviceMillis from the order to land until the guest was at its service
  /// @param askedBytes of the image that the guest had read then, in blocks of 64 KiB: its working
  ///   set; -1 where nobody counted
  /// @param bytes of the image that had travelled then
  /// @param demandedBytes of them, those that the guest had waited for
  /// @param waitedMillis how long it had waited for them
  public record Row(
      String kind,
      long imageBytes,
      long serviceMillis,
      long askedBytes,
      long bytes,
      long demandedBytes,
      long waitedMillis) {
    /// The part of the image's data that had travelled.
    double percent() {
      return imageBytes == 0 ? 0 : 100.0 * bytes / imageBytes;
    }
  }

  /// Runs it in a new directory below `parent`, which is deleted at the end; each row is told when
  /// it is there.
  public void run(Path parent, Consumer<Row> rows) throws IOException {
    Path directory = Files.createTempDirectory(parent, "");
    try (Endpoint sender = Endpoint.open(EndpointSettings.of("sender"));
        Endpoint receiver = Endpoint.open(EndpointSettings.of("receiver"))) {
      Path image = guest.isPresent() ? grown(directory) : made(directory);
      Manifest manifest;
      try (RawFile content = RawFile.open(image)) {
        manifest = Chunking.manifestOf(content, CHUNK_BYTES, done -> {});
      }
      sender.limitSending(linkMbit * BYTES_PER_MBIT);
      InetSocketAddress address =
          sender.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              peer ->
                  peer.serve(name ->
                      Optional.of(
                          Export.of(RawFile.open(image))
                              .withManifest(CompletableFuture.completedFuture(manifest)))));
      try (Peer peer = receiver.connect(address)) {
        boot(peer, directory, dataBytes(manifest), rows);
      }
    } finally {
      Trees.delete(directory);
    }
  }

  private Path made(Path directory) throws IOException {
    Path image = directory.resolve("guest.img");
    DemoImage.write(image, mib * MIB, mib * MIB / 2, 3, new WorkPlan(1, Duration.ofMillis(10)));
    return image;
  }

  /// The guest's disk, with data behind its end up to the size that is asked for.
  private Path grown(Path directory) throws IOException {
    long guestBytes = Files.size(guest.orElseThrow());
    if (guestBytes >= mib * MIB) {
      return guest.get();
    }
    Path image = directory.resolve("guest.img");
    byte[] noise = new byte[(int) MIB];
    Random random = new Random(1);
    try (RawFile small = RawFile.open(guest.get());
        RawFile large = RawFile.create(image, mib * MIB)) {
      Contents.copy(small, large);
      for (long at = guestBytes; at + MIB <= large.sizeBytes(); at += MIB) {
        random.nextBytes(noise);
        large.write(at, ByteBuffer.wrap(noise));
      }
    }
    return image;
  }

  private static long dataBytes(Manifest manifest) {
    long chunks = 0;
    for (long chunk = 0; chunk < manifest.chunkCount(); chunk++) {
      chunks += manifest.chunk(chunk).isZero() ? 0 : 1;
    }
    return chunks * manifest.chunkSizeBytes();
  }

  private void boot(Peer peer, Path directory, long data, Consumer<Row> rows) throws IOException {
    rows.accept(inFull(peer, Files.createDirectory(directory.resolve("full")), data));
    BootProfile none = BootProfile.EMPTY;
    rows.accept(lazily(peer, directory, ONLY_READS, data, none).row());
    LazyRun first = lazily(peer, directory, "lazily, never seen before", data, none);
    rows.accept(first.row());
    rows.accept(
        lazily(peer, directory, "lazily, by the boot profile", data, first.profile()).row());
  }

  private Row inFull(Peer peer, Path work, long data) throws IOException {
    long began = System.nanoTime();
    Path target = work.resolve("base.raw");
    LandedImage landed;
    try (RemoteImage remote = RemoteImage.open(peer, NAME)) {
      landed = Landing.land(remote, target, LandingOptions.DEFAULT, TransferListener.NONE);
    }
    long landedMillis = millis(began);
    awaitService(spec(work, VmDrive.writable("vda", target, work.resolve("vda.qcow2"))));
    long millis = millis(began);
    long pulled = landed.record().pulledBytes();
    Trees.delete(work);
    return new Row("landed in full first", data, millis, -1, pulled, 0, landedMillis);
  }

  private record LazyRun(Row row, BootProfile profile) {}

  private LazyRun lazily(Peer peer, Path directory, String kind, long data, BootProfile ahead)
      throws IOException {
    Path work = Files.createTempDirectory(directory, "");
    long began = System.nanoTime();
    Path socket = work.resolve("nbd");
    try (NbdServer server = NbdServer.open(NbdServerSettings.standard().withDiskThreads(16));
        LazyLanding landing =
            LazyLanding.begin(
                RemoteImage.open(peer, NAME), work.resolve("base.raw"), ahead, wrong -> {})) {
      if (!kind.equals(ONLY_READS)) {
        landing.fill();
      }
      server.listen(socket, NbdExports.only(NbdExport.readOnly("vda", landing.device())));
      Path overlay = work.resolve("vda.qcow2");
      io.landfall.snapshot.format.qcow2.Qcow2Overlay.create(overlay, landing.device().sizeBytes());
      awaitService(
          spec(
              work, VmDrive.writable("vda", work.resolve("base.raw"), overlay).withExport(socket)));
      return new LazyRun(
          new Row(
              kind,
              data,
              millis(began),
              landing.profile().bytes(),
              landing.pulledBytes(),
              landing.demandedBytes(),
              landing.waited().toMillis()),
          landing.profile());
    } finally {
      Trees.delete(work);
    }
  }

  private static long millis(long began) {
    return (System.nanoTime() - began) / 1_000_000;
  }

  private static VmSpec spec(Path work, VmDrive drive) {
    return VmSpec.of("lazy bench", work, MEMORY_MIB, 1, List.of(drive));
  }

  /// Returns when the guest is at its service: it has said so, or the made one has done its work.
  private void awaitService(VmSpec spec) throws IOException {
    try (Vm vm = new QemuDriver(QemuSettings.defaults()).start(spec)) {
      vm.resume();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!served(vm)) {
        if (System.nanoTime() > deadline) {
          throw new IOException("no service after " + PATIENCE + "; see " + vm.console());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a guest boots", e);
    }
  }

  private boolean served(Vm vm) throws IOException, InterruptedException {
    try {
      vm.end().get(20, TimeUnit.MILLISECONDS);
      if (guest.isPresent() && !said(vm)) {
        throw new IOException("the guest ended without its service: " + vm.end().join());
      }
      return true;
    } catch (TimeoutException e) {
      return guest.isPresent() && said(vm);
    } catch (ExecutionException e) {
      throw new IOException(e);
    }
  }

  private boolean said(Vm vm) throws IOException {
    return Files.exists(vm.console())
        && new String(
                Files.readAllBytes(vm.console()), java.nio.charset.StandardCharsets.ISO_8859_1)
            .contains(marker);
  }
}
