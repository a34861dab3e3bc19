package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.client.TransferProgress.Phase;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A receiver is killed in the middle of a landing, again and again, in a process of its own.
class LandingCrashIT {
  private static final long SIZE = 512L << 20;
  private static final long DATA = 192L << 20;

  @TempDir Path directory;

  @Test
  void killedLandingsGoOnAndOnlyWhatWasNotDurableTravelsAgain() throws Exception {
    Path source = directory.resolve("source.raw");
    Manifest manifest;
    long allocated;
    try (RawFile image = Images.sparse(source, SIZE, DATA, 1)) {
      manifest = Images.manifestOf(image);
      allocated = Images.dataOf(image).stream().mapToLong(range -> range.length()).sum();
    }
    Path target = directory.resolve("landed.raw");
    AtomicLong served = new AtomicLong();
    try (Wire wire = Wire.open()) {
      wire.serve(
          "disk",
          () ->
              Export.of(new CountingDevice(RawFile.open(source), served))
                  .withManifest(CompletableFuture.completedFuture(manifest)));
      killAt(wire.address(), target, 70 << 20);
      assertThat(target).doesNotExist();
      killAt(wire.address(), target, 140 << 20);
      assertThat(target).doesNotExist();
      long before = served.get();
      LandedImage landed;
      try (RemoteImage remote = RemoteImage.open(wire.peer(), "disk")) {
        landed = Landing.land(remote, target, LandingOptions.DEFAULT, TransferListener.NONE);
      }
      // Each 64 MiB become durable: of the 140 that had come, at least one such step stays.
      assertThat(landed.record().resumedBytes()).isGreaterThanOrEqualTo(64 << 20);
      assertThat(landed.record().pulledBytes() + landed.record().resumedBytes())
          .isBetween(allocated, allocated + Images.MIB); // small gaps count as what is around them
      assertThat(served.get() - before)
          .isBetween(landed.record().pulledBytes(), landed.record().pulledBytes() + Images.MIB);
      assertThat(landed.manifest().imageId()).isEqualTo(manifest.imageId());
    }
    try (RawFile image = RawFile.open(source);
        RawFile copy = RawFile.open(target)) {
      assertThat(Images.mismatch(image, copy)).isEqualTo(-1);
    }
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("source.raw", "landed.raw");
  }

  /// Lands in another process and kills it when so many bytes are done, also in earlier attempts.
  private static void killAt(InetSocketAddress server, Path target, long bytes) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Receiver.class.getName(),
                Integer.toString(server.getPort()),
                target.toString(),
                Long.toString(bytes))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = process.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("there");
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(137);
    assertThat(Files.exists(PartFile.pathFor(target))).isTrue();
  }

  /// The process that is killed: stops, in the middle of everything, when enough has come.
  static final class Receiver {
    private Receiver() {}

    /// Ranges become durable beside the pull, as fast as the disk is: waits until some have.
    private static void awaitGrowth(Path journal, long bytes) {
      try {
        while (Files.size(journal) <= bytes) {
          Thread.sleep(5);
        }
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    public static void main(String[] args) throws IOException {
      InetSocketAddress server =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
      long enough = Long.parseLong(args[2]);
      try (Endpoint endpoint = Endpoint.open(EndpointSettings.of("victim"))) {
        Peer peer = endpoint.connect(server);
        RemoteImage remote = RemoteImage.open(peer, "disk");
        Path target = Path.of(args[1]);
        long resumed = 0;
        if (Files.exists(PartFile.journalFor(target))) {
          try (Journal journal = Journal.open(PartFile.journalFor(target))) {
            resumed = journal.durable(ContentKey.of(remote)).bytes();
          }
        }
        long wanted = enough - resumed;
        AtomicLong journaled = new AtomicLong(-1);
        Landing.land(
            remote,
            target,
            LandingOptions.DEFAULT,
            progress -> {
              if (progress.phase() == Phase.PULL) {
                journaled.compareAndSet(-1, PartFile.journalFor(target).toFile().length());
              }
              if (progress.phase() == Phase.PULL && progress.doneBytes() >= wanted) {
                awaitGrowth(PartFile.journalFor(target), journaled.get());
                System.out.println("there");
                new CompletableFuture<Void>().join(); // until the kill
              }
            });
        System.out.println("landed before it was killed");
      }
    }
  }
}
