package io.landfall.transfer.landing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// A bad network: forwards TCP connections, and flips a bit of, or swallows, what comes back from
/// the server behind so many bytes.
final class Proxy implements AutoCloseable {

  /// What goes wrong.
  enum Fault {
    /// One bit of the stream is flipped.
    FLIP,
    /// Nothing passes any more, in either direction, and nobody is told: a pulled cable.
    SWALLOW,
    /// The connection is cut.
    CUT,
    /// Some bytes are missing.
    DROP,
    /// Some bytes come twice.
    DUPLICATE,
    /// Everything comes in dribs and drabs.
    DELAY
  }

  private final ServerSocket listening;
  private final InetSocketAddress server;
  private final Fault fault;
  private final AtomicLong bytesUntilFault;
  private volatile boolean swallowing;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  Proxy(InetSocketAddress server, Fault fault, long bytesUntilFault) throws IOException {
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.server = server;
    this.fault = fault;
    this.bytesUntilFault = new AtomicLong(bytesUntilFault);
    Thread.ofPlatform().daemon().name("proxy").start(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket behind = new Socket(server.getAddress(), server.getPort());
        sockets.add(client);
        sockets.add(behind);
        pump(client, behind, false);
        pump(behind, client, true);
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void pump(Socket from, Socket to, boolean faulty) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            copy(from.getInputStream(), to.getOutputStream(), faulty);
          } catch (IOException e) {
            // either side is gone
          } finally {
            end(from, to);
          }
        });
  }

  /// A pulled cable does not even carry the end of a connection.
  private void end(Socket from, Socket to) {
    try {
      if (!swallowing) {
        from.close();
        to.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void copy(InputStream in, OutputStream out, boolean faulty) throws IOException {
    byte[] buffer = new byte[1 << 16];
    int count = in.read(buffer);
    while (count >= 0) {
      if (faulty && fault == Fault.DELAY) {
        dribble(buffer, count, out);
        count = 0;
      } else if (faulty && strikes(count)) {
        switch (fault) {
          case FLIP -> buffer[count / 2] ^= 0x10;
          case SWALLOW -> swallowing = true;
          case CUT -> {
            return;
          }
          case DROP -> count -= count / 2;
          case DUPLICATE -> out.write(buffer, 0, count);
          case DELAY -> throw new AssertionError("has no moment");
        }
      }
      if (!swallowing) {
        out.write(buffer, 0, count);
      }
      count = in.read(buffer);
    }
  }

  /// In pieces of odd sizes, each flushed by itself.
  private static void dribble(byte[] buffer, int count, OutputStream out) throws IOException {
    for (int at = 0; at < count; ) {
      int length = Math.min(count - at, 1 + (at * 31 + count) % 1471);
      out.write(buffer, at, length);
      out.flush();
      at += length;
    }
  }

  private boolean strikes(int count) {
    long before = bytesUntilFault.getAndAdd(-count);
    return before > 0 && before <= count;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
