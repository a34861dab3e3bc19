package io.landfall.transfer.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// The requests of one connection, one after the other. Event loop only.
final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {
  /// A connection on which no request was completed for so long is closed, however busy it looks.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final int MAX_PARAMETERS = 16;

  private final StaticFiles files;
  private final Site site;
  private final EventStreams streams;
  private final Executor work;
  private final HostRule hosts;
  private long lastRequest = System.nanoTime();
  private boolean busy;
  private boolean streaming;
  private Future<?> watch;

  Requests(StaticFiles files, Site site, EventStreams streams, Executor work, HostRule hosts) {
    this.files = files;
    this.site = site;
    this.streams = streams;
    this.work = work;
    this.hosts = hosts;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    watch =
        context
            .executor()
            .scheduleWithFixedDelay(() -> closeIfIdle(context.channel()), 5, 5, TimeUnit.SECONDS);
    context.fireChannelActive();
  }

  private void closeIfIdle(Channel channel) {
    if (!streaming && !busy && System.nanoTime() - lastRequest > PATIENCE_NANOS) {
      var _ = channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (watch != null) {
      watch.cancel(false);
    }
    context.fireChannelInactive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    lastRequest = System.nanoTime();
    boolean keep = HttpUtil.isKeepAlive(request);
    boolean body = request.method().equals(HttpMethod.GET);
    if (busy || streaming) {
      var _ = context.close(); // pipelining: no browser does it
      return;
    }
    Optional<Document> refusal = refusal(request);
    if (refusal.isPresent()) {
      send(context.channel(), Answers.of(refusal.get(), body), false);
      return;
    }
    QueryStringDecoder target = new QueryStringDecoder(request.uri(), true);
    if (target.path().equals("/events") && body) {
      stream(context.channel());
      return;
    }
    Optional<Document> file = files.find(target.path());
    if (file.isPresent()) {
      send(context.channel(), Answers.of(file.get(), body), keep);
    } else {
      compute(context.channel(), target, body, keep);
    }
  }

  private Optional<Document> refusal(FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return Optional.of(Document.refusal(400, "this is no HTTP request of a bearable size"));
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      return Optional.of(Document.refusal(405, "only GET and HEAD: nothing can be changed here"));
    }
    if (request.content().isReadable()) {
      return Optional.of(Document.refusal(413, "a request here has no body"));
    }
    String host = request.headers().get(HttpHeaderNames.HOST, "");
    return hosts.allows(host)
        ? Optional.empty()
        : Optional.of(
            Document.refusal(
                421, "this is not served under that host name; use 127.0.0.1 or localhost"));
  }

  private void stream(Channel channel) {
    if (streams.isFull()) {
      send(channel, Answers.of(Document.refusal(503, "too many pages are open"), true), false);
      return;
    }
    streaming = true;
    var _ = channel.writeAndFlush(Answers.events());
    streams.add(channel);
  }

  private void compute(Channel channel, QueryStringDecoder target, boolean body, boolean keep) {
    busy = true;
    try {
      work.execute(() -> {
        FullHttpResponse answer = Answers.of(answer(target), body);
        channel
            .eventLoop()
            .execute(() -> {
              busy = false;
              send(channel, answer, keep);
            });
      });
    } catch (RejectedExecutionException e) {
      busy = false;
      send(channel, Answers.of(Document.refusal(503, "too busy; ask again"), body), false);
    }
  }

  private Document answer(QueryStringDecoder target) {
    try {
      return site.find(target.path(), parameters(target))
          .orElse(Document.refusal(404, "there is nothing here"));
    } catch (IllegalArgumentException e) {
      return Document.refusal(400, String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      return Document.refusal(500, String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, String> parameters(QueryStringDecoder target) {
    Map<String, String> parameters = new HashMap<>();
    Map<String, List<String>> all = target.parameters();
    if (all.size() > MAX_PARAMETERS) {
      throw new IllegalArgumentException("more than " + MAX_PARAMETERS + " parameters");
    }
    all.forEach((name, values) -> parameters.put(name, values.getFirst()));
    return parameters;
  }

  private static void send(Channel channel, FullHttpResponse response, boolean keep) {
    HttpUtil.setKeepAlive(response, keep);
    var sent = channel.writeAndFlush(response);
    if (!keep) {
      var _ = sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  /// A client that leaves in the middle is no news.
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }
}
