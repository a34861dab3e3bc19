package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferProgress.Phase;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.session.Export;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Landings of a sparse image of 2 GiB whose receiver or sender is killed (-9) at any moment, as
/// many times as `-Dlanding.kills` says: the image is exact or absent, and what the journal calls
/// durable is right and grows.
class LandingKillsIT {
  private static final int KILLS = Integer.getInteger("landing.kills", 6);
  private static final long SIZE = 2L << 30;
  private static final long DATA = 160L << 20;

  @TempDir Path directory;
  private final SplittableRandom random = new SplittableRandom(11);

  @Test
  void landedIsExactOrAbsentWhoeverIsKilled() throws Exception {
    Path source = directory.resolve("source.raw");
    Path target = directory.resolve("landed.raw");
    try (RawFile image = Images.sparse(source, SIZE, DATA, 1)) {
      long durable = 0;
      for (int i = 0; i < KILLS; i++) {
        killOne(source, target, i % 2 == 0);
        if (Files.exists(target)) {
          assertExact(image, target);
          Files.delete(target);
          durable = 0;
        } else {
          durable = assertDurableIsRight(image, target, durable);
        }
      }
      if (Files.notExists(target)) {
        try (Child sender = Child.start(Sender.class, source);
            Child receiver = Child.start(Receiver.class, sender.line(), target, Long.MAX_VALUE)) {
          assertThat(receiver.line()).isEqualTo("landed " + durable);
        }
      }
      assertExact(image, target);
    }
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("source.raw", "landed.raw");
  }

  /// Lets one process land from another and kills one of them when some bytes have come.
  private void killOne(Path source, Path target, boolean receiving) throws Exception {
    try (Child sender = Child.start(Sender.class, source);
        Child receiver =
            Child.start(Receiver.class, sender.line(), target, random.nextLong(1, DATA))) {
      String said = receiver.line();
      (receiving ? receiver : sender).kill();
      if (!receiving && said.equals("there")) {
        assertThat(receiver.line()).matches("failed: landing .*|landed .*");
      }
    }
  }

  private static void assertExact(RawFile image, Path target) throws IOException {
    try (RawFile copy = RawFile.open(target)) {
      for (Range range : Range.merged(both(image, copy))) {
        for (long at = range.offset(); at < range.end(); at += Images.MIB) {
          int length = (int) Math.min(Images.MIB, range.end() - at);
          assertThat(Images.read(copy, at, length)).isEqualTo(Images.read(image, at, length));
        }
      }
    }
  }

  private static List<Range> both(RawFile image, RawFile copy) throws IOException {
    List<Range> data = new ArrayList<>(Images.dataOf(image));
    data.addAll(Images.dataOf(copy));
    return data;
  }

  /// @return how much the journal calls durable now
  private static long assertDurableIsRight(RawFile image, Path target, long before)
      throws IOException {
    Path part = PartFile.pathFor(target);
    if (Files.notExists(PartFile.journalFor(target)) || Files.notExists(part)) {
      return 0;
    }
    RangeSet durable;
    try (Journal journal = Journal.open(PartFile.journalFor(target))) {
      durable = journal.durable(new ContentKey(image.sizeBytes(), "disk", "", "1"));
    }
    assertThat(durable.bytes()).isGreaterThanOrEqualTo(before);
    try (RawFile landed = RawFile.open(part)) {
      for (Range range : durable.ranges()) {
        for (long at = range.offset(); at < range.end(); at += Images.MIB) {
          int length = (int) Math.min(Images.MIB, range.end() - at);
          assertThat(Images.read(landed, at, length)).isEqualTo(Images.read(image, at, length));
        }
      }
    }
    return durable.bytes();
  }

  /// A process of its own, which is killed at the latest when this is closed.
  ///
  /// @param complaints what it writes to its standard error
  private record Child(Process process, BufferedReader lines, Path complaints)
      implements AutoCloseable {
    static Child start(Class<?> main, Object... arguments) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  main.getName()));
      Arrays.stream(arguments).map(Object::toString).forEach(command::add);
      Path complaints = Files.createTempFile("landing-kills-", ".log");
      Process process = new ProcessBuilder(command).redirectError(complaints.toFile()).start();
      return new Child(process, process.inputReader(), complaints);
    }

    String line() throws Exception {
      String line = lines.readLine();
      if (line == null) {
        // Said whole: who ends unasked is to say why.
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        fail("ended with " + process.exitValue() + ": " + Files.readString(complaints));
      }
      return line;
    }

    void kill() throws InterruptedException {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      lines.close();
      Files.delete(complaints);
    }
  }

  /// Serves an image that nobody has hashed; says its port.
  static final class Sender {
    private Sender() {}

    public static void main(String[] args) throws Exception {
      Path image = Path.of(args[0]);
      Endpoint endpoint = Endpoint.open(EndpointSettings.of("sender"));
      InetSocketAddress address =
          endpoint.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              peer ->
                  peer.serve(name -> Optional.of(Export.of(RawFile.open(image)).withStamp("1"))));
      System.out.println(address.getPort());
      new CountDownLatch(1).await();
    }
  }

  /// Lands; says "there" when some bytes have come, and how it ended.
  static final class Receiver {
    private Receiver() {}

    public static void main(String[] args) throws IOException {
      AtomicBoolean told = new AtomicBoolean();
      long enough = Long.parseLong(args[2]);
      try (Endpoint endpoint = Endpoint.open(EndpointSettings.of("receiver"));
          RemoteImage remote =
              RemoteImage.open(
                  endpoint.connect(
                      new InetSocketAddress(
                          InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]))),
                  "disk")) {
        LandedImage landed =
            Landing.land(
                remote,
                Path.of(args[1]),
                LandingOptions.DEFAULT,
                progress -> {
                  if (progress.phase() == Phase.PULL
                      && progress.doneBytes() >= enough
                      && told.compareAndSet(false, true)) {
                    System.out.println("there");
                  }
                });
        System.out.println("landed " + landed.record().resumedBytes());
      } catch (LandingException e) {
        System.out.println("failed: " + e.getMessage());
      } catch (IOException e) { // a machine that is too busy may not greet in time
        System.out.println("failed: landing not begun: " + e.getMessage());
      }
    }
  }
}
