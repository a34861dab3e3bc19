package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {
  private static final int WATCHDOG_MILLIS = 100;

  @TempDir private Path dir;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private EventLoopGroup loop;

  @BeforeEach
  void needsEpoll() {
    assumeTrue(Epoll.isAvailable());
    loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  }

  @AfterEach
  void stop() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void saysReadyStatusAndStopping() throws InterruptedException {
    Path socket = dir.resolve("notify");
    Channel systemd = listen(socket.toString());
    try (ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", socket.toString()))) {
      manager.ready("listens on 127.0.0.1:9717", () -> true);
      manager.stopping();
      assertThat(next()).isEqualTo("READY=1\nSTATUS=listens on 127.0.0.1:9717");
      assertThat(next()).isEqualTo("STOPPING=1");
    }
    systemd.close().sync();
  }

  @Test
  void reachesASocketOutsideOfTheFileSystem() throws InterruptedException {
    String name = "landfall-test-" + ProcessHandle.current().pid();
    Channel systemd = listen("\0" + name);
    try (ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", "@" + name))) {
      manager.ready("two jobs", () -> true);
      assertThat(next()).isEqualTo("READY=1\nSTATUS=two jobs");
    }
    systemd.close().sync();
  }

  @Test
  void theWatchdogHearsNothingFromADaemonThatHangs() throws InterruptedException {
    Path socket = dir.resolve("notify");
    Channel systemd = listen(socket.toString());
    AtomicBoolean alive = new AtomicBoolean(true);
    try (ServiceManager manager =
        ServiceManager.of(
            Map.of(
                "NOTIFY_SOCKET",
                socket.toString(),
                "WATCHDOG_USEC",
                Integer.toString(WATCHDOG_MILLIS * 1000),
                "WATCHDOG_PID",
                Long.toString(ProcessHandle.current().pid())))) {
      manager.ready("runs", alive::get);
      assertThat(next()).startsWith("READY=1");
      assertThat(next()).isEqualTo("WATCHDOG=1");
      assertThat(next()).isEqualTo("WATCHDOG=1");
      alive.set(false);
      // One may have been under way; after that, silence.
      said.poll(WATCHDOG_MILLIS, TimeUnit.MILLISECONDS);
      said.clear();
      assertThat(said.poll(4 * WATCHDOG_MILLIS, TimeUnit.MILLISECONDS)).isNull();
    }
    systemd.close().sync();
  }

  @Test
  void withoutAServiceManagerNothingIsSent() {
    try (ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", ""))) {
      manager.ready("runs", () -> true);
      manager.stopping();
    }
    assertThat(said).isEmpty();
  }

  private Channel listen(String name) {
    return new Bootstrap()
        .group(loop)
        .channel(EpollDomainDatagramChannel.class)
        .handler(
            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                said.add(packet.content().toString(StandardCharsets.UTF_8));
              }
            })
        .bind(new DomainSocketAddress(name))
        .syncUninterruptibly()
        .channel();
  }

  private String next() throws InterruptedException {
    return said.poll(10, TimeUnit.SECONDS);
  }
}
