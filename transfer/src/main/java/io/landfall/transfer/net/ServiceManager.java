package io.landfall.transfer.net;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// Tells systemd how the daemon is: ready, alive, about to stop.
///
/// The protocol is sd_notify(3): datagrams of `NAME=VALUE` lines to the socket that `NOTIFY_SOCKET`
/// names. Without that variable nothing is sent. What cannot be sent is logged and does not disturb
/// the daemon. Threads: any.
public final class ServiceManager implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ServiceManager.class.getName());

  private final Optional<Channel> channel;
  private final long watchdogMicros;
  private final AtomicBoolean fed = new AtomicBoolean();

  private ServiceManager(Optional<Channel> channel, long watchdogMicros) {
    this.channel = channel;
    this.watchdogMicros = watchdogMicros;
  }

  /// The service manager that `environment` speaks of; none is fine too.
  public static ServiceManager of(Map<String, String> environment) {
    String name = environment.getOrDefault("NOTIFY_SOCKET", "");
    // systemd writes the first byte of a name outside of the file system, a zero, as @.
    boolean known = name.startsWith("/") || name.startsWith("@");
    return new ServiceManager(
        known && Epoll.isAvailable() ? connect(name.replaceFirst("^@", "\0")) : Optional.empty(),
        watchdogMicros(environment));
  }

  private static Optional<Channel> connect(String name) {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(new DomainSocketAddress(name))
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      LOG.log(Level.WARNING, "cannot reach the service manager: {0}", connected.cause().toString());
      stop(connected.channel());
      return Optional.empty();
    }
    return Optional.of(connected.channel());
  }

  private static void stop(Channel channel) {
    channel.close().awaitUninterruptibly();
    channel.eventLoop().parent().shutdownGracefully(0, 1, SECONDS).awaitUninterruptibly();
  }

  private static long watchdogMicros(Map<String, String> environment) {
    String ours = Long.toString(ProcessHandle.current().pid());
    if (!environment.getOrDefault("WATCHDOG_PID", ours).equals(ours)) {
      return 0;
    }
    try {
      return Math.max(0, Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0")));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /// Says that the daemon does its work, with a sentence for `systemctl status`; from now on the
  /// watchdog is told twice in its period that `alive` is true, and nothing while it is not.
  public void ready(String status, BooleanSupplier alive) {
    send("READY=1\nSTATUS=" + status);
    if (watchdogMicros > 0 && channel.isPresent() && fed.compareAndSet(false, true)) {
      Thread.ofVirtual().name("landfall-watchdog").start(() -> feedWatchdog(channel.get(), alive));
    }
  }

  private void feedWatchdog(Channel open, BooleanSupplier alive) {
    try {
      while (open.isOpen()) {
        if (alive.getAsBoolean()) {
          send("WATCHDOG=1");
        }
        TimeUnit.MICROSECONDS.sleep(watchdogMicros / 2);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Says that the daemon has begun to stop.
  public void stopping() {
    send("STOPPING=1");
  }

  private void send(String text) {
    channel.ifPresent(open ->
        open.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8))
            .addListener(done -> {
              if (!done.isSuccess()) {
                LOG.log(
                    Level.WARNING, "cannot tell the service manager: {0}", done.cause().toString());
              }
            })
            .awaitUninterruptibly(1, SECONDS));
  }

  @Override
  public void close() {
    channel.ifPresent(ServiceManager::stop);
  }
}
