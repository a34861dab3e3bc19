package io.landfall.transfer.web;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Tells every page that is open how things stand, once a second. Nothing is computed while nobody
/// listens; who does not read misses events instead of queueing them, and is let go after a while.
final class EventStreams implements AutoCloseable {
  static final int MAX_STREAMS = 16;
  private static final int MAX_MISSED = 30;
  private static final System.Logger LOG = System.getLogger(EventStreams.class.getName());

  private final Site site;
  private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("landfall-events").factory());

  private static final class Stream {
    private final Channel channel;
    private int missed; // of the clock's thread

    Stream(Channel channel) {
      this.channel = channel;
    }
  }

  EventStreams(Site site) {
    this.site = site;
    var _ = clock.scheduleWithFixedDelay(this::tell, 1, 1, TimeUnit.SECONDS);
  }

  boolean isFull() {
    return streams.size() >= MAX_STREAMS;
  }

  /// The channel has been sent the head of a stream.
  void add(Channel channel) {
    Stream stream = new Stream(channel);
    streams.add(stream);
    var _ = channel.closeFuture().addListener(_ -> streams.remove(stream));
    clock.execute(this::tell);
  }

  private void tell() {
    if (streams.isEmpty()) {
      return;
    }
    byte[] event;
    try {
      event = ("data: " + site.event() + "\n\n").getBytes(StandardCharsets.UTF_8);
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot tell how things stand", e);
      return;
    }
    for (Stream stream : streams) {
      if (stream.channel.isWritable()) {
        stream.missed = 0;
        var _ = stream.channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(event)));
      } else if (++stream.missed > MAX_MISSED) {
        var _ = stream.channel.close();
      }
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    for (Stream stream : streams) {
      var _ = stream.channel.close();
    }
  }
}
