package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.Role;
import io.netty.channel.Channel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// The answering side of the handshake: a HELLO for control makes a link, those for data join it by
/// session id, and the answer to the last of them is held back until the link has its handlers.
final class Acceptor {
  private static final Logger LOG = System.getLogger(Acceptor.class.getName());

  private final Machinery machinery;
  private final Consumer<Link> register;
  private final Consumer<Peer> onPeer;
  private final int maxHalfOpen;
  private final AtomicInteger halfOpen = new AtomicInteger();
  private final Map<UUID, Forming> forming = new ConcurrentHashMap<>();

  Acceptor(Machinery machinery, Consumer<Link> register, Consumer<Peer> onPeer, int maxHalfOpen) {
    this.machinery = machinery;
    this.register = register;
    this.onPeer = onPeer;
    this.maxHalfOpen = maxHalfOpen;
  }

  /// A connection came in.
  Connection accepted(Channel channel) {
    Greeting greeting = new Greeting();
    Connection connection = new Connection(channel, greeting);
    greeting.connection = connection;
    if (halfOpen.incrementAndGet() > maxHalfOpen) {
      connection.close("more than " + maxHalfOpen + " connections without a HELLO");
    }
    connection.schedule(() -> greeting.giveUp(), machinery.settings().handshake().toMillis());
    return connection;
  }

  /// A link that waits for its data connections.
  private record Forming(Link link, int dataConnections) {}

  private final class Greeting implements Connection.Listener {
    private Connection connection;
    private boolean greeted;

    @Override
    public void received(TransferMessage message) throws ProtocolException {
      if (!(message instanceof Hello hello)) {
        throw new ProtocolException(
            ErrorCode.PROTOCOL_VIOLATION, message.getClass().getSimpleName() + " before HELLO");
      }
      Versions.choose(hello);
      end();
      if (hello.role() == Role.CONTROL) {
        control(hello);
      } else {
        data(hello);
      }
    }

    private void control(Hello hello) throws ProtocolException {
      Link link = new Link(machinery, hello.session(), hello.node(), connection);
      Forming old =
          forming.putIfAbsent(hello.session(), new Forming(link, hello.dataConnections()));
      if (old != null) {
        throw new ProtocolException(
            ErrorCode.PROTOCOL_VIOLATION, "session " + hello.session() + " exists already");
      }
      var _ = link.closed().thenRun(() -> forming.remove(hello.session()));
      connection.schedule(() -> giveUp(link), machinery.settings().handshake().toMillis());
      connection.send(Versions.answer(hello, machinery.settings().node()));
    }

    private void data(Hello hello) throws ProtocolException {
      Forming join = forming.get(hello.session());
      if (join == null) {
        throw new ProtocolException(
            ErrorCode.NO_SUCH_SESSION, "no link of session " + hello.session() + " is forming");
      }
      Hello answer = Versions.answer(hello, machinery.settings().node());
      if (join.link.attach(connection) < join.dataConnections) {
        connection.send(answer);
      } else if (forming.remove(hello.session(), join)) {
        Thread.ofVirtual().name("landfall-peer").start(() -> complete(join.link, answer));
      }
    }

    private void complete(Link link, Hello answer) {
      register.accept(link);
      LOG.log(Level.INFO, "link from {0}", link);
      try {
        onPeer.accept(link);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "greeting " + link, e);
        link.lost("this side failed to greet: " + e);
        return;
      }
      connection.send(answer);
    }

    private void giveUp(Link link) {
      if (forming.containsKey(link.session())) {
        link.lost("its data connections did not come in time");
      }
    }

    private void giveUp() {
      if (!greeted) {
        connection.close("no HELLO in time");
      }
    }

    private void end() {
      if (!greeted) {
        greeted = true;
        halfOpen.decrementAndGet();
      }
    }

    @Override
    public void lost(String reason) {
      end();
    }
  }
}
