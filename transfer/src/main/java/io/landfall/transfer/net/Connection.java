package io.landfall.transfer.net;

import io.landfall.protocol.codec.FrameDecoder;
import io.landfall.protocol.codec.FrameEncoder;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Data;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Note;
import io.landfall.transfer.pool.PoolIdentity;
import io.landfall.transfer.session.FileBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLPeerUnverifiedException;

/// One TCP connection: bytes to messages and back, what is queued for sending, and signs of life.
///
/// Inbound calls are on the connection's event loop; [#send] may be called from any thread and does
/// the encoding and the checksum there.
final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = System.getLogger(Connection.class.getName());

  /// What [#sendWhenRoom] lets queue up: two of the longest texts.
  private static final long ROOM_BYTES = 8 << 20;

  /// What a connection reports to.
  interface Listener {
    /// Takes a message, on the event loop; must not block.
    void received(TransferMessage message) throws ProtocolException;

    /// The connection is gone; `reason` is a sentence.
    void lost(String reason);
  }

  /// The longest payload before both sides know who the other is.
  private static final int MAX_PAYLOAD_BEFORE_ADMISSION = 8 << 10;

  /// An accepted connection is not wanted; it is told why and closed.
  record Refusal(String sentence) {}

  private final Channel channel;
  private final FrameDecoder decoder;
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();
  private volatile boolean plainAnswer;
  private final AtomicLong pendingBytes = new AtomicLong();
  private final AtomicLong queuedBytes = new AtomicLong();
  private volatile Listener listener;
  private volatile String lostReason;
  private volatile Runnable drained = () -> {};
  private final ReentrantLock roomLock = new ReentrantLock();
  private final Condition room = roomLock.newCondition();

  Connection(Channel channel, Listener listener) {
    this.channel = channel;
    this.decoder = new FrameDecoder(channel.alloc());
    this.decoder.restrict(MAX_PAYLOAD_BEFORE_ADMISSION);
    this.listener = listener;
  }

  /// The other side is known: it may send what any peer may. On the event loop.
  void admitted() {
    decoder.restrict(Integer.MAX_VALUE);
  }

  /// Whom the other side's certificate names; empty without TLS.
  Optional<PeerIdentity> certificate() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = tls.engine().getSession().getPeerCertificates();
      PoolIdentity identity = PoolIdentity.of((X509Certificate) chain[0]);
      return Optional.of(
          new PeerIdentity(
              identity.kind() == PoolIdentity.Kind.HOST
                  ? PeerIdentity.Proof.HOST_CERTIFICATE
                  : PeerIdentity.Proof.USER_CERTIFICATE,
              identity.name()));
    } catch (SSLPeerUnverifiedException e) {
      throw new AssertionError("TLS was agreed on without a certificate", e);
    }
  }

  /// Whether TLS was offered and the answer came in plain text.
  boolean plainAnswer() {
    return plainAnswer;
  }

  /// Bytes of frames that have left.
  long sentBytes() {
    return sentBytes.sum();
  }

  /// Bytes of frames that have come.
  long receivedBytes() {
    return receivedBytes.sum();
  }

  /// Hands the connection to another listener. On the event loop, or before anything can arrive.
  void listener(Listener newListener) {
    this.listener = newListener;
  }

  /// Runs `action` whenever something queued has left; on the event loop.
  void onDrained(Runnable action) {
    this.drained = action;
  }

  /// Bytes handed to [#send] that have not left yet: our own count, so that a slow receiver bounds
  /// what the sender holds, whatever the transport counts.
  long pendingBytes() {
    return pendingBytes.get();
  }

  /// Bytes handed to [#send] in all.
  long queuedBytes() {
    return queuedBytes.get();
  }

  /// Whether the kernel may send from files: encryption must see the bytes.
  boolean sendsFiles() {
    return channel.pipeline().get(SslHandler.class) == null;
  }

  ByteBufAllocator allocator() {
    return channel.alloc();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.remoteAddress();
  }

  boolean open() {
    return channel.isActive();
  }

  void send(TransferMessage message) {
    send(List.of(message), () -> {});
  }

  /// Sends messages together.
  ///
  /// @param messages taken over
  /// @param whenGone runs once, when they have left or never will
  void send(List<? extends TransferMessage> messages, Runnable whenGone) {
    List<ByteBuf> frames = new ArrayList<>(2 * messages.size());
    for (TransferMessage message : messages) {
      FrameEncoder.encode(message, channel.alloc(), frames::add);
    }
    long bytes = frames.stream().mapToLong(ByteBuf::readableBytes).sum();
    enqueue(frames, bytes, whenGone);
  }

  /// Sends a frame whose body is in a file, from there.
  void sendFile(FileBody body) {
    ByteBuf header =
        FrameEncoder.plainDataHeader(
            body.request(),
            body.handle(),
            body.offset(),
            body.length(),
            body.crc32c(),
            channel.alloc());
    long bytes = header.readableBytes() + (long) body.length();
    enqueue(List.of(header, new LentFileRegion(body)), bytes, () -> {});
  }

  private void enqueue(List<? extends ReferenceCounted> parts, long bytes, Runnable whenGone) {
    pendingBytes.addAndGet(bytes);
    queuedBytes.addAndGet(bytes);
    try {
      channel.eventLoop().execute(() -> write(parts, bytes, whenGone));
    } catch (RejectedExecutionException e) {
      parts.forEach(ReferenceCounted::release);
      gone(bytes, whenGone);
    }
  }

  /// All buffers of a message in one task, since several threads send on one connection.
  private void write(List<? extends ReferenceCounted> frames, long bytes, Runnable whenGone) {
    int last = frames.size() - 1;
    for (int i = 0; i < last; i++) {
      // A write that fails closes the channel, and the last one of them reports it.
      var _ = channel.write(frames.get(i), channel.voidPromise());
    }
    var _ =
        channel
            .writeAndFlush(frames.get(last))
            .addListener((ChannelFutureListener) future -> gone(bytes, whenGone));
  }

  private void gone(long bytes, Runnable whenGone) {
    pendingBytes.addAndGet(-bytes);
    sentBytes.add(bytes);
    whenGone.run();
    drained.run();
    signalRoom();
  }

  /// Sends one message when less than [#ROOM_BYTES] are queued; blocks until then, which is for
  /// virtual threads, never for an event loop.
  void sendWhenRoom(TransferMessage message) throws IOException {
    roomLock.lock();
    try {
      while (pendingBytes.get() > ROOM_BYTES && channel.isActive()) {
        room.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while sending");
    } finally {
      roomLock.unlock();
    }
    send(message);
  }

  private void signalRoom() {
    roomLock.lock();
    try {
      room.signalAll();
    } finally {
      roomLock.unlock();
    }
  }

  /// Runs `task` later on the event loop.
  void schedule(Runnable task, long delayMillis) {
    var _ = channel.eventLoop().schedule(task, delayMillis, TimeUnit.MILLISECONDS);
  }

  /// Tells the other side why, then closes.
  void refuse(ErrorCode code, String sentence) {
    lostReason = sentence;
    send(List.of(new Failure(0, code, sentence)), this::closeChannel);
  }

  void close(String reason) {
    if (lostReason == null) {
      lostReason = reason;
    }
    closeChannel();
  }

  private void closeChannel() {
    var _ = channel.close(); // channelInactive reports it
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    receivedBytes.add(bytes.readableBytes());
    try {
      decoder.feed(bytes, this::deliver);
    } catch (Undeliverable e) {
      violated(e.violation);
    } catch (ProtocolException e) {
      violated(e);
    } finally {
      bytes.release();
    }
  }

  private void deliver(TransferMessage message) {
    try {
      if (lostReason != null) {
        discard(message);
      } else if (!(message instanceof Note note && note.text().isEmpty())) {
        listener.received(message);
      }
    } catch (ProtocolException e) {
      throw new Undeliverable(e);
    }
  }

  private static void discard(TransferMessage message) {
    if (message instanceof Data data) {
      data.close();
    }
  }

  private void violated(ProtocolException e) {
    if (lostReason == null) {
      LOG.log(
          Level.WARNING, "{0} broke the protocol: {1}", channel.remoteAddress(), e.getMessage());
      refuse(e.code(), e.getMessage());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof Refusal refusal) {
      if (lostReason == null) {
        refuse(ErrorCode.NOT_AUTHORISED, refusal.sentence());
      }
    } else if (event instanceof IdleStateEvent idle) {
      if (idle.state() == IdleState.READER_IDLE) {
        close("no sign of life from it for too long");
      } else if (idle.state() == IdleState.WRITER_IDLE && pendingBytes.get() == 0) {
        send(new Note(""));
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    decoder.close();
    String reason = lostReason == null ? "the other side closed the connection" : lostReason;
    lostReason = reason;
    signalRoom();
    listener.lost(reason);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Optional<String> tls = TlsFailures.sentence(cause);
    if (tls.isPresent()) {
      plainAnswer = TlsFailures.isPlain(cause);
      close(tls.get());
      return;
    }
    if (!(cause instanceof IOException)) {
      LOG.log(Level.ERROR, "on the connection to " + channel.remoteAddress(), cause);
    }
    close(String.valueOf(cause.getMessage()));
  }

  /// Carries a violation out of the decoder's callback.
  private static final class Undeliverable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ProtocolException violation;

    Undeliverable(ProtocolException violation) {
      super(violation);
      this.violation = violation;
    }
  }
}
