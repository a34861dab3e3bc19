package io.landfall.transfer.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Looks at the first byte of an accepted connection: TLS and plain peers come to one port. Refuses
/// the kind that is not wanted in plain text, which either kind of dialler understands.
@ChannelHandler.Sharable // has no state of a connection
final class Doorway extends ChannelInboundHandlerAdapter {
  private static final int TLS_HANDSHAKE = 0x16;

  private final Admission admission;
  private final Optional<SslContext> tls;

  /// @param tls if it is taken
  Doorway(Admission admission, Optional<SslContext> tls) {
    this.admission = admission;
    this.tls = tls;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
      ReferenceCountUtil.release(message);
      return;
    }
    boolean wantsTls = bytes.getUnsignedByte(bytes.readerIndex()) == TLS_HANDSHAKE;
    Optional<String> refusal = refusal(context, wantsTls);
    if (refusal.isPresent()) {
      bytes.release();
      context.fireUserEventTriggered(new Connection.Refusal(refusal.get()));
      return;
    }
    if (wantsTls) {
      context.pipeline().addAfter(context.name(), "tls", tls.get().newHandler(context.alloc()));
    }
    context.fireChannelRead(bytes);
    context.pipeline().remove(this);
  }

  private Optional<String> refusal(ChannelHandlerContext context, boolean wantsTls) {
    if (wantsTls && tls.isEmpty()) {
      return Optional.of(
          admission.pool().isPresent()
              ? "this agent has TRANSPORT_ENCRYPTION = NEVER, the other side wants TLS"
              : "this agent belongs to no pool: it takes peers of its own machine, without TLS");
    }
    boolean local = Admission.isLoopback((InetSocketAddress) context.channel().remoteAddress());
    if (!wantsTls && !local && admission.encryption() == Encryption.REQUIRED) {
      return Optional.of(
          "this agent has TRANSPORT_ENCRYPTION = REQUIRED, the other side comes without TLS");
    }
    return Optional.empty();
  }
}
