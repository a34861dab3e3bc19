package io.landfall.transfer.net;

import io.landfall.transfer.nbd.NbdExports;
import io.landfall.transfer.nbd.TlsMode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// An NBD server: disks for QEMU, `qemu-img`, `nbdcopy` and everybody else who speaks NBD, on Unix
/// sockets and TCP.
///
/// Closing it, or a listener, drops connections without a word: QEMU then waits for the server to
/// come back, whereas an error that says "shutting down" would reach the guest.
public final class NbdServer implements AutoCloseable {
  private static final int CHUNK_ORDER = 9; // 8 KiB << 9: the pool grows by 4 MiB
  private static final int MAX_RECEIVE_BYTES = 256 << 10;
  private static final int SEND_BUFFER_BYTES = 1 << 20;

  private final NbdServerSettings settings;
  private final PooledByteBufAllocator allocator;
  private final EventLoopGroup loops;
  private final ExecutorService disk;
  private final Budget memory;
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<Listening> listening = ConcurrentHashMap.newKeySet();

  private NbdServer(NbdServerSettings settings) {
    this.settings = settings;
    int loopCount = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
    this.allocator = new PooledByteBufAllocator(true, 1, 2, 8192, CHUNK_ORDER, 64, 16, false);
    this.loops = new MultiThreadIoEventLoopGroup(loopCount, named("landfall-nbd"), ioHandler());
    this.disk = Executors.newFixedThreadPool(settings.diskThreads(), named("landfall-nbd-disk"));
    this.memory = new Budget(settings.memoryBytes());
  }

  /// Starts the threads; nothing listens yet.
  public static NbdServer open(NbdServerSettings settings) {
    return new NbdServer(settings);
  }

  private static ThreadFactory named(String name) {
    return Thread.ofPlatform().daemon().name(name + '-', 0).factory();
  }

  private static IoHandlerFactory ioHandler() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  /// Serves on a Unix socket that only this user may enter. A socket that an earlier process left
  /// is replaced, one that somebody listens on is not.
  public Listening listen(Path socket, NbdExports exports) throws IOException {
    Path path = socket.toAbsolutePath();
    removeStale(path);
    boolean epoll = Epoll.isAvailable();
    SocketAddress address =
        epoll ? new DomainSocketAddress(path.toFile()) : UnixDomainSocketAddress.of(path);
    ServerBootstrap bootstrap =
        bootstrap(
            epoll ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class);
    // Whole answers fit, so that a reader is woken once for each.
    bootstrap.childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES);
    Listening listener = bind(bootstrap, address, "unix socket " + path, exports, Optional.empty());
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    return listener;
  }

  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (java.net.ConnectException e) {
      Files.delete(path);
      return;
    } catch (IOException e) {
      throw new IOException(path + ": is there already and is no socket", e);
    }
    throw new IOException(path + ": another server listens there");
  }

  /// Serves on TCP without TLS: for the loopback.
  ///
  /// @param where port 0 takes a free one
  public Listening listen(InetSocketAddress where, NbdExports exports) throws IOException {
    return listenTcp(where, exports, Optional.empty());
  }

  /// Serves on TCP to whoever has a certificate, under TLS.
  ///
  /// @param where port 0 takes a free one
  /// @param certificates a directory as `landfall pool issue` and QEMU's `tls-creds-x509` lay it
  ///   out
  public Listening listen(InetSocketAddress where, NbdExports exports, Path certificates)
      throws IOException {
    return listenTcp(where, exports, Optional.of(TlsDirectory.server(certificates)));
  }

  private Listening listenTcp(InetSocketAddress where, NbdExports exports, Optional<SslContext> tls)
      throws IOException {
    ServerBootstrap bootstrap =
        bootstrap(
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true);
    return bind(bootstrap, where, where.toString(), exports, tls);
  }

  private ServerBootstrap bootstrap(Class<? extends ServerChannel> channel) {
    return new ServerBootstrap()
        .group(loops)
        .channel(channel)
        .option(ChannelOption.SO_BACKLOG, 128)
        .childOption(ChannelOption.ALLOCATOR, allocator)
        .childOption(
            ChannelOption.RECVBUF_ALLOCATOR,
            new AdaptiveRecvByteBufAllocator(1024, 16 << 10, MAX_RECEIVE_BYTES));
  }

  private Listening bind(
      ServerBootstrap bootstrap,
      SocketAddress where,
      String name,
      NbdExports exports,
      Optional<SslContext> tls)
      throws IOException {
    Listening listener = new Listening();
    bootstrap.childHandler(
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            listener.accepted(channel, exports, tls);
          }
        });
    var bound = bootstrap.bind(where);
    try {
      bound.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while listening on " + name);
    }
    if (!bound.isSuccess()) {
      throw new IOException(
          "listening on " + name + ": " + bound.cause().getMessage(), bound.cause());
    }
    listener.channel = bound.channel();
    listening.add(listener);
    return listener;
  }

  /// What requests and answers hold now, in bytes.
  public long bytesInFlight() {
    return settings.memoryBytes() - memory.left();
  }

  /// Clients that are connected.
  public int connections() {
    return connections.get();
  }

  /// Drops all connections, lets what is under way on disks end, stops the threads.
  @Override
  public void close() {
    Set.copyOf(listening).forEach(Listening::close);
    disk.shutdown();
    try {
      if (!disk.awaitTermination(10, TimeUnit.SECONDS)) {
        System.getLogger(NbdServer.class.getName())
            .log(System.Logger.Level.WARNING, "a disk is still busy after 10 s; leaving it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /// A place where clients come in, until it is closed.
  public final class Listening implements AutoCloseable {
    private final Set<Channel> clients = ConcurrentHashMap.newKeySet();
    private volatile Channel channel;
    private volatile boolean closed;

    private Listening() {}

    /// Where, for TCP.
    public InetSocketAddress address() {
      return (InetSocketAddress) channel.localAddress();
    }

    private void accepted(Channel client, NbdExports exports, Optional<SslContext> tls) {
      if (closed || connections.incrementAndGet() > settings.maxConnections()) {
        if (!closed) {
          connections.decrementAndGet();
        }
        var _ = client.close();
        return;
      }
      clients.add(client);
      client
          .closeFuture()
          .addListener(_ -> {
            clients.remove(client);
            connections.decrementAndGet();
          });
      TlsMode mode = tls.isPresent() ? TlsMode.REQUIRED : TlsMode.NONE;
      client
          .pipeline()
          .addLast(new NbdConnection(settings, disk, memory, exports, mode, tls.orElse(null)));
    }

    /// Lets nobody in any more and drops who is there.
    @Override
    public void close() {
      closed = true;
      listening.remove(this);
      channel.close().awaitUninterruptibly();
      clients.forEach(client -> client.close().awaitUninterruptibly());
      if (channel.localAddress() instanceof DomainSocketAddress unix) {
        deleteQuietly(Path.of(unix.path()));
      }
    }

    private static void deleteQuietly(Path path) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        return; // the next listener replaces it
      }
    }
  }
}
