package io.landfall.transfer.web;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Listens, and owns the bounds: connections, sizes of requests, requests at work.
public final class WebServer implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_LINE_BYTES = 2048;
  private static final int MAX_HEADER_BYTES = 8192;
  private static final int MAX_BODY_BYTES = 1;
  private static final int MAX_UNSENT_BYTES = 1 << 20;
  private static final int WORKERS = 2;
  private static final int MAX_WAITING = 32;

  private final Listen where;
  private final Optional<SslContext> tls;
  private final Site site;
  private final StaticFiles files;
  private final EventStreams streams;
  private final AtomicInteger connections = new AtomicInteger();
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1,
          Thread.ofPlatform().daemon().name("landfall-web").factory(),
          Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final ExecutorService work =
      new ThreadPoolExecutor(
          WORKERS,
          WORKERS,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          Thread.ofPlatform().daemon().name("landfall-web-work-", 0).factory());
  private final Channel channel;

  private WebServer(Listen where, Optional<SslContext> tls, Site site) throws IOException {
    this.where = where;
    this.tls = tls;
    this.site = site;
    this.files = StaticFiles.load();
    this.streams = new EventStreams(site);
    try {
      this.channel = bind();
    } catch (IOException e) {
      stop();
      throw e;
    }
  }

  /// Starts to listen.
  ///
  /// @param tls asks for client certificates; needed wherever others can reach
  /// @throws IllegalArgumentException if it is missing there
  public static WebServer open(Listen where, Optional<SslContext> tls, Site site)
      throws IOException {
    if (!where.isLocal() && tls.isEmpty()) {
      throw new IllegalArgumentException("only the loopback address is served without TLS");
    }
    return new WebServer(where, where.isLocal() ? Optional.empty() : tls, site);
  }

  private Channel bind() throws IOException {
    SocketAddress address;
    Class<? extends ServerChannel> type;
    if (where.socket().isPresent()) {
      Files.deleteIfExists(where.socket().get());
      address = new DomainSocketAddress(where.socket().get().toString());
      type = EpollServerDomainSocketChannel.class;
    } else {
      address = where.address().orElseThrow();
      type = Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(type)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(MAX_UNSENT_BYTES / 2, MAX_UNSENT_BYTES))
            .childHandler(new Connections())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "the status page cannot listen on " + address + ": " + bound.cause().getMessage(),
          bound.cause());
    }
    if (where.socket().isPresent()) {
      restrict(where.socket().get());
    }
    return bound.channel();
  }

  private static void restrict(Path socket) throws IOException {
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
  }

  /// Where it is, for a browser or a sentence.
  public String address() {
    if (where.socket().isPresent()) {
      return "unix:" + where.socket().get();
    }
    InetSocketAddress bound = (InetSocketAddress) channel.localAddress();
    String host = where.address().orElseThrow().getHostString();
    return (tls.isPresent() ? "https://" : "http://")
        + (host.contains(":") ? '[' + host + ']' : host)
        + ':'
        + bound.getPort()
        + '/';
  }

  @Override
  public void close() throws IOException {
    channel.close().awaitUninterruptibly();
    stop();
    if (where.socket().isPresent()) {
      Files.deleteIfExists(where.socket().get());
    }
  }

  private void stop() {
    streams.close();
    work.shutdownNow();
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private final class Connections extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel accepted) {
      var _ = accepted.closeFuture().addListener(_ -> connections.decrementAndGet());
      if (connections.incrementAndGet() > MAX_CONNECTIONS) {
        var _ = accepted.close();
        return;
      }
      tls.ifPresent(context -> accepted.pipeline().addLast(context.newHandler(accepted.alloc())));
      accepted
          .pipeline()
          .addLast(
              new HttpServerCodec(
                  new HttpDecoderConfig()
                      .setMaxInitialLineLength(MAX_LINE_BYTES)
                      .setMaxHeaderSize(MAX_HEADER_BYTES)),
              new HttpObjectAggregator(MAX_BODY_BYTES, true),
              new Requests(
                  files,
                  site,
                  streams,
                  work,
                  tls.isPresent() ? HostRule.checkedByTls() : HostRule.local()));
    }
  }
}
