package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.transfer.nbd.NbdExport;
import io.landfall.transfer.nbd.NbdExports;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that no client library would be: they say half of it, too much, or nothing.
class NbdServerTest {
  private static final int SIZE = 1 << 20;

  private final MemoryDevice device = new MemoryDevice(SIZE);
  private NbdServer server = NbdServer.open(NbdServerSettings.standard());

  @AfterEach
  void nothingIsLeft() {
    server.close();
    assertThat(server.bytesInFlight()).isZero();
  }

  private Client connect(BlockDevice served) throws IOException {
    NbdServer.Listening listening =
        server.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            NbdExports.only(NbdExport.writable("disk", served)));
    return new Client(new Socket(InetAddress.getLoopbackAddress(), listening.address().getPort()));
  }

  private static final class Client implements AutoCloseable {
    final Socket socket;
    final DataInputStream in;
    final DataOutputStream out;

    Client(Socket socket) throws IOException {
      this.socket = socket;
      socket.setSoTimeout(20_000);
      this.in = new DataInputStream(socket.getInputStream());
      this.out = new DataOutputStream(socket.getOutputStream());
      assertThat(in.readLong()).isEqualTo(0x4E42444D41474943L);
      in.skipNBytes(10);
    }

    Client chosen() throws IOException {
      out.writeInt(3);
      out.writeLong(0x49484156454F5054L);
      out.writeInt(1);
      out.writeInt(0);
      assertThat(in.readLong()).isEqualTo(SIZE);
      in.readShort();
      return this;
    }

    void request(int command, long cookie, long offset, int length) throws IOException {
      out.writeInt(0x25609513);
      out.writeShort(0);
      out.writeShort(command);
      out.writeLong(cookie);
      out.writeLong(offset);
      out.writeInt(length);
    }

    int answer(long cookie) throws IOException {
      assertThat(in.readInt()).isEqualTo(0x67446698);
      int error = in.readInt();
      assertThat(in.readLong()).isEqualTo(cookie);
      return error;
    }

    boolean closedByServer() throws IOException {
      return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void aClientThatChoosesNothingIsGivenUp() throws Exception {
    server.close();
    server =
        NbdServer.open(
            NbdServerSettings.standard()
                .withTimeouts(Duration.ofMillis(50), Duration.ofSeconds(30)));
    try (Client client = connect(device)) {
      assertThat(client.closedByServer()).isTrue();
    }
  }

  @Test
  void aClientThatStopsInTheMiddleOfAWriteIsGivenUp() throws Exception {
    server.close();
    server =
        NbdServer.open(
            NbdServerSettings.standard()
                .withTimeouts(Duration.ofSeconds(10), Duration.ofMillis(50)));
    try (Client client = connect(device).chosen()) {
      client.request(1, 1, 0, 4096);
      client.out.write(new byte[100]);
      assertThat(client.closedByServer()).isTrue();
    }
  }

  @Test
  void garbageEndsTheConnectionAndNothingElse() throws Exception {
    try (Client garbage = connect(device).chosen();
        Client other = connect(device).chosen()) {
      garbage.out.write(new byte[28]);
      assertThat(garbage.closedByServer()).isTrue();
      other.request(3, 9, 0, 0);
      assertThat(other.answer(9)).isZero();
    }
  }

  @Test
  void refusedRequestsLeaveTheConnectionUsable() throws Exception {
    try (Client client = connect(device).chosen()) {
      client.request(0, 1, SIZE - 1, 2);
      assertThat(client.answer(1)).isEqualTo(22);
      client.request(1, 2, SIZE, 3);
      client.out.write(new byte[3]);
      assertThat(client.answer(2)).isEqualTo(28);
      client.request(0, 3, -1, 1);
      assertThat(client.answer(3)).isEqualTo(22);
      client.request(99, 4, 0, 0);
      assertThat(client.answer(4)).isEqualTo(22);
      client.request(0, 5, 0, 0);
      assertThat(client.answer(5)).isEqualTo(22);
      client.request(0, 6, 0, 33 << 20);
      assertThat(client.answer(6)).isEqualTo(22);
      client.request(0, 7, 0, 4);
      assertThat(client.answer(7)).isZero();
      assertThat(client.in.readInt()).isZero();
    }
  }

  @Test
  void whatIsAskedBeforeGoodbyeIsAnswered() throws Exception {
    try (Client client = connect(device).chosen()) {
      for (int i = 0; i < 300; i++) {
        client.request(1, i, i * 8L, 8);
        client.out.writeLong(i);
      }
      client.request(2, 0, 0, 0);
      for (int i = 0; i < 300; i++) {
        client.in.skipNBytes(16);
      }
      assertThat(client.closedByServer()).isTrue();
    }
    ByteBuffer written = ByteBuffer.allocate(2400);
    device.read(0, written);
    for (int i = 0; i < 300; i++) {
      assertThat(written.getLong(i * 8)).isEqualTo(i);
    }
  }

  @Test
  void aClientThatGoesWhileItsRequestsRunLeavesNothing() throws Exception {
    SlowDevice slow = new SlowDevice(device);
    try (Client client = connect(slow).chosen()) {
      for (int i = 0; i < 50; i++) {
        client.request(0, i, 0, SIZE);
      }
      slow.entered.await();
    }
    slow.go.countDown();
  }

  @Test
  void aStaleSocketIsReplacedAndALivingOneIsNot(@TempDir Path dir) throws Exception {
    Path socket = dir.resolve("nbd");
    NbdExports exports = NbdExports.only(NbdExport.readOnly("disk", device));
    server.listen(socket, exports);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> server.listen(socket, exports))
        .hasMessageContaining("another server listens there");
    server.close();
    java.nio.channels.ServerSocketChannel left =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
    left.bind(java.net.UnixDomainSocketAddress.of(socket));
    left.close();
    server = NbdServer.open(NbdServerSettings.standard());
    server.listen(socket, exports);
  }

  /// Holds every read until it is let go.
  private static final class SlowDevice implements BlockDevice {
    private final MemoryDevice device;
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);

    SlowDevice(MemoryDevice device) {
      this.device = device;
    }

    @Override
    public long sizeBytes() {
      return device.sizeBytes();
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      entered.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      device.read(offset, target);
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) {
      return device.extents(offset, length, limit);
    }

    @Override
    public void close() {}
  }
}
