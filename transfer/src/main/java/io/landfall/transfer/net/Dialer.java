package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.Role;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/// The dialling side of the handshake: one control connection, then the data connections of the
/// same session at once.
final class Dialer {
  private static final SecureRandom RANDOM = new SecureRandom();

  /// How a TCP connection is made.
  interface Dial {
    Connection to(InetSocketAddress where, Function<Channel, Connection> connection)
        throws IOException;
  }

  private final Machinery machinery;
  private final Dial dial;

  Dialer(Machinery machinery, Dial dial) {
    this.machinery = machinery;
    this.dial = dial;
  }

  /// Makes a link.
  ///
  /// @param setUp is given the link before the other side may use it
  Link dial(InetSocketAddress where, Consumer<Peer> setUp) throws IOException {
    UUID session = new UUID(RANDOM.nextLong(), RANDOM.nextLong());
    Greeting control = greet(where, hello(session, Role.CONTROL));
    Link link = control.link(where, session);
    try {
      setUp.accept(link);
      List<Greeting> data = new ArrayList<>();
      for (int i = 0; i < machinery.settings().dataConnections(); i++) {
        data.add(greet(where, hello(session, Role.DATA)));
      }
      for (Greeting greeting : data) {
        greeting.await(where);
        link.attach(greeting.connection);
      }
      return link;
    } catch (IOException | RuntimeException e) {
      link.lost("its data connections failed: " + e.getMessage());
      throw e;
    }
  }

  private Greeting greet(InetSocketAddress where, Hello hello) throws IOException {
    Greeting greeting = new Greeting();
    greeting.connection = dial.to(where, channel -> new Connection(channel, greeting));
    greeting.connection.send(hello);
    return greeting;
  }

  private Hello hello(UUID session, Role role) {
    EndpointSettings settings = machinery.settings();
    return new Hello(
        Versions.MIN, Versions.MAX, role, settings.dataConnections(), session, settings.node());
  }

  private final class Greeting implements Connection.Listener {
    private final CompletableFuture<Hello> answer = new CompletableFuture<>();
    private Connection connection;

    /// Waits for the other side's HELLO and makes the link of it.
    Link link(InetSocketAddress where, UUID session) throws IOException {
      Hello theirs = await(where);
      return new Link(machinery, session, theirs.node(), connection);
    }

    Hello await(InetSocketAddress where) throws IOException {
      try {
        return answer.get(machinery.settings().handshake().toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        connection.close("interrupted");
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while greeting " + where);
      } catch (TimeoutException e) {
        connection.close("no HELLO in time");
        throw new IOException(
            where + " did not greet within " + machinery.settings().handshake(), e);
      } catch (ExecutionException e) {
        throw new IOException(where + ": " + e.getCause().getMessage(), e.getCause());
      }
    }

    @Override
    public void received(TransferMessage message) throws ProtocolException {
      switch (message) {
        case Hello theirs -> {
          Versions.choose(theirs);
          answer.complete(theirs);
        }
        case Failure refusal ->
            answer.completeExceptionally(
                new RemoteException("refused", refusal.code(), refusal.sentence()));
        default ->
            throw new ProtocolException(
                ErrorCode.PROTOCOL_VIOLATION, message.getClass().getSimpleName() + " before HELLO");
      }
    }

    @Override
    public void lost(String reason) {
      answer.completeExceptionally(new IOException(reason));
    }
  }
}
