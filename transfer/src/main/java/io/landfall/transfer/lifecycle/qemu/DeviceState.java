package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.SavedState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The device state's way out of QEMU and back in: through a Unix socket, into memory. No file of
/// QEMU's making lies on a disk that may be full, and the bytes are bounded as they come.
final class DeviceState {
  private static final int PIECE_BYTES = 1 << 20;

  /// After QEMU says that it has sent all, or that it failed.
  private static final int REST_SECONDS = 30;

  private DeviceState() {}

  /// Receives one state from whoever connects to a socket.
  static final class Receiver implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel server;
    private final CompletableFuture<byte[]> state = new CompletableFuture<>();

    private Receiver(Path socket, ServerSocketChannel server) {
      this.socket = socket;
      this.server = server;
    }

    static Receiver listen(Path socket) throws IOException {
      Files.deleteIfExists(socket);
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        server.bind(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        server.close();
        throw e;
      }
      Receiver receiver = new Receiver(socket, server);
      Thread.ofVirtual().name("device state " + socket).start(receiver::receive);
      return receiver;
    }

    /// What came, once the sender has closed.
    ///
    /// @throws IOException if it was too much, or did not end
    byte[] received() throws IOException {
      try {
        return state.get(REST_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new IOException("device state: " + e.getCause().getMessage(), e);
      } catch (TimeoutException e) {
        throw new IOException("device state: its end did not come", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("device state: interrupted", e);
      }
    }

    private void receive() {
      try (SocketChannel from = server.accept()) {
        state.complete(readAll(from));
      } catch (IOException e) {
        state.completeExceptionally(e);
      }
    }

    private static byte[] readAll(SocketChannel from) throws IOException {
      ByteArrayOutputStream all = new ByteArrayOutputStream(PIECE_BYTES);
      ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
      while (from.read(piece.clear()) >= 0) {
        if (all.size() + piece.position() > SavedState.MAX_DEVICE_STATE_BYTES) {
          throw new IOException("more than %d bytes".formatted(SavedState.MAX_DEVICE_STATE_BYTES));
        }
        all.write(piece.array(), 0, piece.position());
      }
      return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
      server.close();
      Files.deleteIfExists(socket);
    }
  }

  /// Sends a state to the QEMU that listens on a socket.
  static void send(Path socket, byte[] state) throws IOException {
    try (SocketChannel to = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer rest = ByteBuffer.wrap(state);
      while (rest.hasRemaining()) {
        to.write(rest);
      }
    }
  }
}
