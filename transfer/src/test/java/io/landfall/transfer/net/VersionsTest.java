package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.protocol.message.TransferMessage.Role;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/// Peers of different versions of the protocol.
@Timeout(60)
class VersionsTest {
  private static final int SIZE = 3 << 20;

  /// Over real sockets, each version as the one that dials and as the one that listens. Both sides
  /// hold every WANT to the version that was agreed on.
  @TestFactory
  Stream<DynamicTest> eachVersionPullsFromEachOther() {
    List<DynamicTest> tests = new ArrayList<>();
    for (int dials = Versions.MIN; dials <= Versions.MAX; dials++) {
      for (int listens = Versions.MIN; listens <= Versions.MAX; listens++) {
        int from = listens;
        int to = dials;
        tests.add(
            DynamicTest.dynamicTest(
                "version " + to + " from version " + from, () -> assertPulls(to, from)));
      }
    }
    return tests.stream();
  }

  private static void assertPulls(int dials, int listens) throws IOException {
    byte[] content = new byte[SIZE];
    new Random(3).nextBytes(content);
    MemoryDevice disk = new MemoryDevice(SIZE);
    disk.write(0, ByteBuffer.wrap(content));
    try (Endpoint listener = speaking(listens);
        Endpoint dialler = speaking(dials)) {
      InetSocketAddress address =
          listener.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              peer -> peer.serve(name -> Optional.of(Export.of(disk))));
      RemoteExport export = dialler.connect(address).open("disk");
      for (Priority priority : Priority.values()) {
        assertThat(pulled(export, priority)).isEqualTo(content);
      }
      boolean bothHavePages = Math.min(dials, listens) >= Versions.ZSTD_AND_PAGES;
      assertThat(export.pages(0, SIZE).isPresent()).isEqualTo(bothHavePages);
    }
  }

  private static Endpoint speaking(int version) {
    return Endpoint.open(EndpointSettings.of("version " + version).withNewestVersion(version));
  }

  private static byte[] pulled(RemoteExport export, Priority priority) throws IOException {
    ByteBuffer taken = ByteBuffer.allocate(SIZE);
    var _ =
        export.pull(
            List.of(new Range(0, SIZE)),
            PullSettings.BULK.ranked(priority),
            new RangeSink() {
              @Override
              public void data(long offset, ByteBuffer bytes) {
                taken.put((int) offset, bytes, bytes.position(), bytes.remaining());
              }

              @Override
              public void zero(long offset, long length) {
                throw new AssertionError("zeros in random bytes");
              }
            });
    return taken.array();
  }

  @Test
  void wantBeyondTheAgreedVersionIsRefused() {
    Want background = new Want(1, 1, 0, 1, Priority.BACKGROUND, Codec.PLAIN);
    assertThatThrownBy(() -> Versions.requireSpoken(background, 2))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("a WANT in the background, which version 2, that was agreed on, has not");
    Want zstd = new Want(1, 1, 0, 1, Priority.LANDING, Codec.ZSTD);
    assertThatThrownBy(() -> Versions.requireSpoken(zstd, 1))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("with zstd");
  }

  @Test
  void peerThatSpeaksOnlyLaterVersionsIsToldWhichThisSideHas() {
    Hello later = new Hello(9, 12, Role.CONTROL, 1, UUID.randomUUID(), "later");
    assertThatThrownBy(() -> Versions.choose(later, Versions.MAX))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_UNSUPPORTED))
        .hasMessage("later speaks versions 9 to 12, this side 1 to " + Versions.MAX);
  }
}
