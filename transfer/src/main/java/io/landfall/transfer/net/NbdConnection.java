package io.landfall.transfer.net;

import io.landfall.protocol.nbd.NbdCommand;
import io.landfall.protocol.nbd.NbdOption;
import io.landfall.protocol.nbd.NbdProtocolException;
import io.landfall.protocol.nbd.NbdRequest;
import io.landfall.protocol.nbd.NbdWriter;
import io.landfall.protocol.nbd.OptionReader;
import io.landfall.protocol.nbd.RequestReader;
import io.landfall.transfer.nbd.NbdExports;
import io.landfall.transfer.nbd.Negotiation;
import io.landfall.transfer.nbd.TlsMode;
import io.landfall.transfer.nbd.Transmission;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// One client of the NBD server: its bytes to options and requests, and the answers back.
///
/// What is not said to run elsewhere runs on the event loop. Requests are carried out on the disk
/// threads, several at once, and answered in the order in which they are done. While there is no
/// room for another request nothing is read from the socket.
final class NbdConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = System.getLogger(NbdConnection.class.getName());

  private final NbdServerSettings settings;
  private final Executor disk;
  private final Budget memory;
  private final Negotiation negotiation;
  private final SslContext tls;
  private final OptionReader options = new OptionReader();
  private final Queue<Answered> answered = new ConcurrentLinkedQueue<>(); // any thread
  private final AtomicBoolean sending = new AtomicBoolean(); // any thread

  private ChannelHandlerContext context;
  private RequestReader requests;
  private Transmission transmission;
  private ByteBuf backlog = Unpooled.EMPTY_BUFFER;
  private int inFlight;
  private long bytesInFlight;
  private boolean waitingForMemory;
  private boolean closing;
  private long lastProgress = System.nanoTime();

  private record Answered(NbdRequest request, ByteBuf bytes) {}

  NbdConnection(
      NbdServerSettings settings,
      Executor disk,
      Budget memory,
      NbdExports exports,
      TlsMode mode,
      SslContext tls) {
    this.settings = settings;
    this.disk = disk;
    this.memory = memory;
    this.negotiation = new Negotiation(exports, mode);
    this.tls = tls;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    requests = new RequestReader(ctx.alloc(), this::admit);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ByteBuf greeting = ctx.alloc().buffer();
    NbdWriter.greeting(greeting);
    send(greeting);
    schedule(this::requireExport, settings.handshake().toMillis());
    schedule(this::requireProgress, settings.silence().toMillis());
  }

  private void schedule(Runnable task, long millis) {
    var _ = context.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  private void requireExport() {
    if (transmission == null && context.channel().isActive()) {
      close("no export was chosen in time");
    }
  }

  /// A client may be silent for as long as it likes, but not in the middle of something.
  private void requireProgress() {
    if (!context.channel().isActive()) {
      return;
    }
    boolean owes = requests.midRequest() || context.channel().unsafe().outboundBuffer().size() > 0;
    long silent = System.nanoTime() - lastProgress;
    if (owes && silent > settings.silence().toNanos()) {
      close("it has stopped in the middle of something");
      return;
    }
    schedule(this::requireProgress, Math.max(1, settings.silence().toMillis() / 4));
  }

  private void close(String why) {
    LOG.log(Level.DEBUG, "NBD client {0}: {1}", context.channel(), why);
    var _ = context.close();
  }

  private void send(ByteBuf bytes) {
    var _ = context.writeAndFlush(bytes);
  }

  // ---- what arrives

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    lastProgress = System.nanoTime();
    ByteBuf bytes = (ByteBuf) message;
    if (closing) {
      bytes.release();
      return;
    }
    backlog = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), backlog, bytes);
    work();
  }

  private void work() {
    try {
      boolean more = !closing;
      while (more) {
        more = (transmission == null ? takeOption() : takeRequest()) && !closing;
      }
      if (!backlog.isReadable()) {
        dropBacklog();
      }
    } catch (NbdProtocolException e) {
      close(e.getMessage());
    }
  }

  private void dropBacklog() {
    backlog.release();
    backlog = Unpooled.EMPTY_BUFFER;
  }

  /// @return whether there may be more in the backlog
  private boolean takeOption() throws NbdProtocolException {
    NbdOption option = options.next(backlog);
    if (option == null) {
      return false;
    }
    ByteBuf reply = context.alloc().buffer();
    switch (negotiation.take(option, options.noZeroes(), reply)) {
      case Negotiation.Outcome.GoOn _ -> send(reply);
      case Negotiation.Outcome.Close _ -> {
        closing = true;
        var _ = context.writeAndFlush(reply).addListener(ChannelFutureListener.CLOSE);
      }
      case Negotiation.Outcome.StartTls _ -> {
        send(reply);
        startTls();
        return false;
      }
      case Negotiation.Outcome.Transmit chosen -> {
        transmission = chosen.transmission();
        send(reply);
      }
    }
    return true;
  }

  /// Whatever came in behind the option was not under TLS and is nobody's word.
  private void startTls() {
    dropBacklog();
    SslHandler handler = tls.newHandler(context.alloc());
    handler.setHandshakeTimeoutMillis(settings.handshake().toMillis());
    context.pipeline().addFirst(handler);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        negotiation.secured();
      } else {
        close("TLS: " + handshake.cause().getMessage());
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private boolean takeRequest() throws NbdProtocolException {
    RequestReader.Received received = requests.next(backlog);
    if (received == null) {
      return false;
    }
    NbdRequest request = received.request();
    if (request.command() == NbdCommand.DISCONNECT) {
      closing = true;
      left(request);
    } else {
      carryOut(request, received.payload());
    }
    return true;
  }

  /// Whether there is room for another request; if not, reading stops until there is.
  private boolean admit(NbdRequest request) {
    int bytes = request.payloadBytes();
    boolean room =
        inFlight < NbdServerSettings.MAX_IN_FLIGHT
            && (inFlight == 0 || bytesInFlight + bytes <= NbdServerSettings.MAX_BYTES_IN_FLIGHT);
    if (room && !memory.take(bytes)) {
      room = false;
      waitForMemory(bytes);
    }
    context.channel().config().setAutoRead(room);
    if (room) {
      inFlight++;
      bytesInFlight += bytes;
    }
    return room;
  }

  private void waitForMemory(int bytes) {
    if (!waitingForMemory) {
      waitingForMemory = true;
      memory.whenGiven(
          bytes,
          () ->
              onLoop(() -> {
                waitingForMemory = false;
                work();
              }));
    }
  }

  private void onLoop(Runnable task) {
    try {
      context.executor().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the server is closed", e);
      dropAnswers();
    }
  }

  private void dropAnswers() {
    Answered next = answered.poll();
    while (next != null) {
      next.bytes().release();
      memory.give(next.request().payloadBytes());
      next = answered.poll();
    }
  }

  // ---- what is answered

  private void carryOut(NbdRequest request, ByteBuf payload) {
    if (answeredHere(request)) {
      return;
    }
    try {
      disk.execute(() -> {
        ByteBuf answer;
        try {
          answer = transmission.answer(request, payload, context.alloc());
        } finally {
          if (payload != null) {
            payload.release();
          }
        }
        answered.add(new Answered(request, answer));
        if (sending.compareAndSet(false, true)) {
          onLoop(this::sendAnswers);
        }
      });
    } catch (RejectedExecutionException e) {
      if (payload != null) {
        payload.release();
      }
      close("the server is closed");
    }
  }

  /// A client that waits for one answer before it asks again waits for two hand-overs between
  /// threads too, which cost more than the reading of what is in memory; so that is read here. Of
  /// several requests each is better off on a thread of its own, with the sending beside it.
  private boolean answeredHere(NbdRequest request) {
    if (inFlight > 1 || backlog.isReadable()) {
      return false;
    }
    ByteBuf answer = transmission.answerCached(request, context.alloc());
    if (answer == null) {
      return false;
    }
    var _ = context.writeAndFlush(answer).addListener(_ -> left(request));
    return true;
  }

  private void sendAnswers() {
    sending.set(false);
    Answered next = answered.poll();
    while (next != null) {
      NbdRequest request = next.request();
      var _ = context.write(next.bytes()).addListener(_ -> left(request));
      next = answered.poll();
    }
    context.flush();
  }

  /// A request is over: its answer has left, or never will.
  private void left(NbdRequest request) {
    lastProgress = System.nanoTime();
    inFlight--;
    bytesInFlight -= request.payloadBytes();
    memory.give(request.payloadBytes());
    if (closing) {
      if (inFlight == 0) {
        close("it has said goodbye");
      }
    } else if (!context.channel().config().isAutoRead()) {
      context.channel().config().setAutoRead(true);
      work();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    dropBacklog();
    NbdRequest unfinished = requests.unfinished();
    requests.close();
    if (unfinished != null) {
      memory.give(unfinished.payloadBytes());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean theirs = cause instanceof IOException || cause instanceof DecoderException;
    Level level = theirs ? Level.DEBUG : Level.WARNING;
    LOG.log(level, "NBD client " + ctx.channel(), cause);
    var _ = ctx.close();
  }
}
