package io.landfall.perf.worker;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/// The limit: what this machine can do at most with a sparse image, in Java, when nobody checks
/// anything. Extents go by sendfile, in pieces, over several connections; the receiver writes each
/// piece where it belongs. No integrity, no resume, not durable.
final class BareCopy {
  private static final int PIECE_BYTES = 4 << 20;
  private static final int RECEIVE_BYTES = 512 << 10;
  private static final int HEADER_BYTES = 16;
  private static final Executor THREADS = Thread.ofPlatform().daemon()::start;

  private record Piece(long offset, long length) {}

  /// Listens; sends the image to the next so many connections, then again to the next.
  Map<String, Double> send(Order.BareSend order) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(order.address(), 0));
    var _ = CompletableFuture.runAsync(() -> serveForever(server, order), THREADS);
    return Map.of("port", (double) ((InetSocketAddress) server.getLocalAddress()).getPort());
  }

  private static void serveForever(ServerSocketChannel server, Order.BareSend order) {
    while (true) {
      try (RawFile image = RawFile.open(Path.of(order.image()))) {
        ConcurrentLinkedQueue<Piece> work = new ConcurrentLinkedQueue<>(pieces(image));
        List<CompletableFuture<Void>> sending = new ArrayList<>();
        for (int i = 0; i < order.connections(); i++) {
          SocketChannel to = server.accept();
          sending.add(
              CompletableFuture.runAsync(() -> sendAll(image.channel(), work, to), THREADS));
        }
        sending.forEach(CompletableFuture::join);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static List<Piece> pieces(RawFile image) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    for (long at = 0; at < image.sizeBytes(); ) {
      Extent extent = image.extents(at, image.sizeBytes() - at, 1).getFirst();
      for (; extent.kind() == Extent.Kind.DATA && at < extent.end(); at += PIECE_BYTES) {
        pieces.add(new Piece(at, Math.min(PIECE_BYTES, extent.end() - at)));
      }
      at = extent.end();
    }
    return pieces;
  }

  private static void sendAll(
      FileChannel image, ConcurrentLinkedQueue<Piece> work, SocketChannel to) {
    ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
    try (to) {
      for (Piece piece = work.poll(); piece != null; piece = work.poll()) {
        to.write(header.clear().putLong(piece.offset()).putLong(piece.length()).flip());
        for (long sent = 0; sent < piece.length(); ) {
          sent += image.transferTo(piece.offset() + sent, piece.length() - sent, to);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Receives all of the image.
  Map<String, Double> receive(Order.BareReceive order) throws IOException {
    AtomicReference<IOException> failure = new AtomicReference<>();
    InetSocketAddress source = new InetSocketAddress(order.address(), order.port());
    try (RawFile target = RawFile.create(Path.of(order.target()), order.sizeBytes())) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < order.connections(); i++) {
        threads.add(Thread.ofPlatform().start(() -> receive(source, target.channel(), failure)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while receiving");
    }
    if (failure.get() != null) {
      throw failure.get();
    }
    return Map.of();
  }

  private static void receive(
      InetSocketAddress source, FileChannel target, AtomicReference<IOException> failure) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    try (SocketChannel from = SocketChannel.open(source)) {
      while (fill(from, buffer.clear().limit(HEADER_BYTES))) {
        long at = buffer.flip().getLong();
        long end = at + buffer.getLong();
        while (at < end) {
          buffer.clear().limit((int) Math.min(RECEIVE_BYTES, end - at));
          if (!fill(from, buffer)) {
            throw new EOFException("the bare sender stopped within a piece");
          }
          for (buffer.flip(); buffer.hasRemaining(); ) {
            at += target.write(buffer, at);
          }
        }
      }
    } catch (IOException e) {
      failure.set(e);
    }
  }

  /// Fills `buffer`; false if the stream ends before the first byte.
  private static boolean fill(SocketChannel from, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (from.read(buffer) < 0) {
        if (buffer.position() == 0) {
          return false;
        }
        throw new EOFException("the bare sender stopped within a buffer");
      }
    }
    return true;
  }
}
