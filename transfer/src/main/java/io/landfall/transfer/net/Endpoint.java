package io.landfall.transfer.net;

import io.landfall.transfer.pool.LocalKeys;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/// This host's place on the network: listens, dials, and owns what all links share: event loops,
/// disk threads, and the bounds on memory.
///
/// Three quarters of the memory bound are handed out: half as credit for what we pull, a quarter
/// for what we have read and not sent. They are apart, since a host that pulls from itself would
/// otherwise wait for its own memory. The last quarter is for what the network has cut badly and
/// for the control connections.
public final class Endpoint implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Endpoint.class.getName());
  private static final int RECEIVE_BUFFER_BYTES = 256 << 10;
  private static final int UNSENT_IN_KERNEL_BYTES = 512 << 10;
  private static final int MAX_HALF_OPEN = 64;
  private static final int CHUNK_ORDER = 9; // 8 KiB << 9: the pool grows by 4 MiB

  private final EndpointSettings settings;
  private final Admission admission;
  private final PooledByteBufAllocator allocator;
  private final EventLoopGroup loops;
  private final ExecutorService reading;
  private final ExecutorService writing;
  private final Budget receiveMemory;
  private final Budget sendMemory;
  private final Pacing sending = new Pacing();
  private final Precedence precedence = new Precedence();
  private final Shared shared = new Shared();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final List<Channel> listening = new ArrayList<>(); // guarded by itself
  private final List<Path> keyFiles = new ArrayList<>(); // guarded by listening

  private Endpoint(EndpointSettings settings, Admission admission) {
    this.settings = settings;
    this.admission = admission;
    int loopCount = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);
    this.allocator = new PooledByteBufAllocator(true, 1, 2, 8192, CHUNK_ORDER, 64, 16, false);
    this.loops = new MultiThreadIoEventLoopGroup(loopCount, named("landfall-net"), ioHandler());
    this.reading = Executors.newFixedThreadPool(settings.diskThreads(), named("landfall-read"));
    this.writing = Executors.newFixedThreadPool(settings.diskThreads(), named("landfall-write"));
    this.receiveMemory = new Budget(settings.directMemoryBytes() / 2);
    this.sendMemory = new Budget(settings.directMemoryBytes() / 4);
  }

  /// Starts the threads of an endpoint that proves nothing, and so stays on the loopback address;
  /// nothing listens yet.
  public static Endpoint open(EndpointSettings settings) {
    return open(settings, Admission.unproved());
  }

  /// Starts the threads; nothing listens yet.
  public static Endpoint open(EndpointSettings settings, Admission admission) {
    return new Endpoint(settings, admission);
  }

  private static java.util.concurrent.ThreadFactory named(String name) {
    return Thread.ofPlatform().daemon().name(name + '-', 0).factory();
  }

  private static IoHandlerFactory ioHandler() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  /// Whether every event loop still does its work: an empty task is done within `patience`.
  public boolean responds(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    for (EventExecutor loop : loops) {
      long left = Math.max(0, deadline - System.nanoTime());
      if (!loop.submit(() -> {}).awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) {
        return false;
      }
    }
    return true;
  }

  /// Keeps what is sent in answer to pulls, over all links together, to so many bytes a second; 0
  /// lifts the limit.
  public void limitSending(long bytesPerSecond) {
    sending.limitAll(requireRate(bytesPerSecond), System.nanoTime());
  }

  /// Keeps what is sent of each owner's exports, over all links together, to so many bytes a
  /// second; 0 lifts the limit. Whoever waits does not hold up another owner's answers.
  public void limitSendingOfEachOwner(long bytesPerSecond) {
    sending.limitEach(requireRate(bytesPerSecond), System.nanoTime());
  }

  private static long requireRate(long bytesPerSecond) {
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "bytes a second: " + bytesPerSecond + ", expected 0 or more");
    }
    return bytesPerSecond;
  }

  /// Takes links from others.
  ///
  /// @param where port 0 takes a free one
  /// @param onPeer is given each new link before anything of it is answered, on a virtual thread;
  ///   the other side waits until it returns, so it installs handlers and leaves the talking for
  ///   later
  /// @return where it listens
  public InetSocketAddress listen(InetSocketAddress where, Consumer<Peer> onPeer)
      throws IOException {
    admission.requireMayListen(where);
    Optional<byte[]> localKey = admission.localKeys().map(keys -> LocalKeys.generate());
    Acceptor acceptor = new Acceptor(shared, localKey, links::add, onPeer, MAX_HALF_OPEN);
    Optional<SslContext> tls = listeningTls();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(serverChannel())
            .option(ChannelOption.SO_BACKLOG, 128)
            .childHandler(
                initializer(Optional.of(new Doorway(admission, tls)), acceptor::accepted));
    configure(bootstrap);
    Channel channel = await(bootstrap.bind(where), "listening on " + where).channel();
    InetSocketAddress address = (InetSocketAddress) channel.localAddress();
    synchronized (listening) {
      listening.add(channel);
      if (localKey.isPresent()) {
        keyFiles.add(admission.localKeys().get().publish(address.getPort(), localKey.get()));
      }
    }
    return address;
  }

  private Optional<SslContext> listeningTls() throws IOException {
    return admission.pool().isPresent() && admission.encryption() != Encryption.NEVER
        ? Optional.of(admission.pool().get().server())
        : Optional.empty();
  }

  /// Dials another host; returns when control and data connections are up.
  public Peer connect(InetSocketAddress where) throws IOException {
    return connect(where, peer -> {});
  }

  /// Dials another host that may speak first: `setUp` installs handlers before it can.
  public Peer connect(InetSocketAddress where, Consumer<Peer> setUp) throws IOException {
    Link link = new Dialer(shared, this::dial).dial(where, setUp);
    links.add(link);
    var _ = link.closed().thenRun(() -> links.remove(link));
    return link;
  }

  private Connection dial(
      InetSocketAddress where, Optional<SslContext> tls, Function<Channel, Connection> connection)
      throws IOException {
    Connection[] made = new Connection[1];
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(clientChannel())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) settings.handshake().toMillis())
            .handler(
                initializer(
                    tls.map(context -> tlsTo(context, where)),
                    channel -> {
                      made[0] = connection.apply(channel);
                      return made[0];
                    }));
    bootstrap.option(ChannelOption.ALLOCATOR, allocator);
    bootstrap.option(ChannelOption.TCP_NODELAY, true);
    bootstrap.option(
        ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BUFFER_BYTES));
    if (Epoll.isAvailable()) {
      bootstrap.option(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) UNSENT_IN_KERNEL_BYTES);
    }
    var _ = await(bootstrap.connect(where), "connecting to " + where);
    return made[0];
  }

  private void configure(ServerBootstrap bootstrap) {
    bootstrap.childOption(ChannelOption.ALLOCATOR, allocator);
    bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
    bootstrap.childOption(
        ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BUFFER_BYTES));
    if (Epoll.isAvailable()) {
      bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) UNSENT_IN_KERNEL_BYTES);
    }
  }

  private ChannelHandler tlsTo(SslContext context, InetSocketAddress where) {
    return context.newHandler(allocator, where.getHostString(), where.getPort());
  }

  /// @param first what sees the bytes before the connection does
  private ChannelInitializer<SocketChannel> initializer(
      Optional<ChannelHandler> first, Function<Channel, Connection> connection) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        first.ifPresent(handler -> channel.pipeline().addLast(handler));
        channel
            .pipeline()
            .addLast(
                new IdleStateHandler(
                    settings.silence().toMillis(),
                    settings.heartbeat().toMillis(),
                    0,
                    TimeUnit.MILLISECONDS),
                connection.apply(channel));
      }
    };
  }

  private static Class<? extends ServerChannel> serverChannel() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  private static Class<? extends Channel> clientChannel() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  private static io.netty.channel.ChannelFuture await(
      io.netty.channel.ChannelFuture future, String what) throws IOException {
    try {
      future.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while " + what);
    }
    if (!future.isSuccess()) {
      throw new IOException(what + ": " + future.cause().getMessage(), future.cause());
    }
    return future;
  }

  /// What the network buffers of this endpoint take now, in bytes outside the heap.
  public long directMemoryBytes() {
    return allocator.metric().usedDirectMemory();
  }

  /// Closes listeners and links, lets reads and writes that are under way end, stops the threads.
  @Override
  public void close() {
    synchronized (listening) {
      for (Channel channel : listening) {
        channel.close().awaitUninterruptibly();
      }
      keyFiles.forEach(Endpoint::delete);
    }
    List.copyOf(links).forEach(link -> link.goodbye("this host stops"));
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    stop(reading);
    stop(writing);
  }

  private static void delete(Path keyFile) {
    try {
      Files.deleteIfExists(keyFile);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot delete " + keyFile, e);
    }
  }

  private static void stop(ExecutorService pool) {
    pool.shutdown();
    try {
      if (!pool.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.log(Level.WARNING, "a disk is still busy after 10 s; leaving it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Shared implements Machinery {
    @Override
    public EndpointSettings settings() {
      return settings;
    }

    @Override
    public Admission admission() {
      return admission;
    }

    @Override
    public ByteBufAllocator allocator() {
      return allocator;
    }

    @Override
    public ExecutorService reading() {
      return reading;
    }

    @Override
    public ExecutorService writing() {
      return writing;
    }

    @Override
    public Budget receiveMemory() {
      return receiveMemory;
    }

    @Override
    public Budget sendMemory() {
      return sendMemory;
    }

    @Override
    public Pacing sending() {
      return sending;
    }

    @Override
    public Precedence precedence() {
      return precedence;
    }

    @Override
    public void forget(Link link) {
      links.remove(link);
    }
  }
}
