package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.Token;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Auth;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.ProofKey;
import io.landfall.protocol.message.TransferMessage.Role;
import io.landfall.transfer.net.PeerIdentity.Proof;
import io.netty.channel.Channel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// The answering side of the handshake: whoever comes proves who it is; then a HELLO for control
/// makes a link, those for data join it by session id, and the answer to the last of them is held
/// back until the link has its handlers.
final class Acceptor {
  private static final Logger LOG = System.getLogger(Acceptor.class.getName());

  private final Machinery machinery;
  private final Optional<byte[]> localKey;
  private final Consumer<Link> register;
  private final Consumer<Peer> onPeer;
  private final int maxHalfOpen;
  private final AtomicInteger halfOpen = new AtomicInteger();
  private final Map<UUID, Forming> forming = new ConcurrentHashMap<>();

  /// @param localKey that users of this machine may read
  Acceptor(
      Machinery machinery,
      Optional<byte[]> localKey,
      Consumer<Link> register,
      Consumer<Peer> onPeer,
      int maxHalfOpen) {
    this.machinery = machinery;
    this.localKey = localKey;
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
      connection.close("more than " + maxHalfOpen + " connections are not admitted yet");
    }
    connection.schedule(() -> greeting.giveUp(), machinery.settings().handshake().toMillis());
    return connection;
  }

  /// A link that waits for its data connections.
  ///
  /// @param key of the session, if it was proved by a key
  private record Forming(Link link, int dataConnections, Optional<byte[]> key) {}

  private final class Greeting implements Connection.Listener {
    private Connection connection;
    private Hello hello;
    private Token nonce;
    private boolean counted = true;
    private boolean admitted;

    @Override
    public void received(TransferMessage message) throws ProtocolException {
      switch (message) {
        case Hello theirs when hello == null -> greeted(theirs);
        case Auth answer when nonce != null && !admitted -> proved(answer);
        default ->
            throw new ProtocolException(
                ErrorCode.PROTOCOL_VIOLATION,
                message.getClass().getSimpleName() + " before it is admitted");
      }
    }

    private void greeted(Hello theirs) throws ProtocolException {
      var _ = Versions.choose(theirs, machinery.settings().newestVersion());
      hello = theirs;
      Optional<PeerIdentity> certificate = connection.certificate();
      if (certificate.isPresent()) {
        admit(certificate.get(), Optional.empty());
      } else if (localKey.isEmpty() && machinery.admission().pool().isEmpty()) {
        admit(new PeerIdentity(Proof.NONE, theirs.node()), Optional.empty());
      } else {
        nonce = KeyProof.nonce();
        connection.send(new Auth(ProofKey.NONE, nonce, Token.NONE));
      }
    }

    private void proved(Auth answer) throws ProtocolException {
      KeyProof proof = new KeyProof(key(answer.key()), hello, nonce, answer.nonce());
      if (!KeyProof.same(proof.ofDialler(), answer.proof())) {
        throw refusal("its proof was not made with our " + answer.key() + " key");
      }
      connection.send(new Auth(answer.key(), nonce, proof.ofListener()));
      switch (answer.key()) {
        case LOCAL -> admit(Proof.LOCAL_KEY, proof);
        case POOL -> admit(Proof.POOL_KEY, proof);
        default -> admit(forming.get(hello.session()).link.identity(), Optional.empty());
      }
    }

    private void admit(Proof how, KeyProof proof) throws ProtocolException {
      admit(new PeerIdentity(how, hello.node()), Optional.of(proof.sessionKey()));
    }

    /// The key that a proof of that kind must be made with here.
    private byte[] key(ProofKey kind) throws ProtocolException {
      boolean control = hello.role() == Role.CONTROL;
      Admission admission = machinery.admission();
      Optional<byte[]> key =
          switch (kind) {
            case LOCAL ->
                localKey.filter(k -> control && Admission.isLoopback(connection.address()));
            case POOL ->
                admission
                    .pool()
                    .flatMap(pool -> pool.poolKey())
                    .filter(k -> control && admission.encryption() != Encryption.REQUIRED);
            case SESSION ->
                Optional.ofNullable(control ? null : forming.get(hello.session()))
                    .flatMap(Forming::key);
            case NONE -> Optional.empty();
          };
      return key.orElseThrow(() -> refusal("a proof with the " + kind + " key opens nothing here"));
    }

    private ProtocolException refusal(String why) {
      return new ProtocolException(ErrorCode.NOT_AUTHORISED, why);
    }

    private void admit(PeerIdentity identity, Optional<byte[]> key) throws ProtocolException {
      admitted = true;
      uncount();
      connection.admitted();
      if (hello.role() == Role.CONTROL) {
        control(identity, key);
      } else {
        data(identity);
      }
    }

    private void control(PeerIdentity identity, Optional<byte[]> key) throws ProtocolException {
      int version = Versions.choose(hello, machinery.settings().newestVersion());
      Link link = new Link(machinery, hello.session(), identity, hello.node(), connection, version);
      Forming old =
          forming.putIfAbsent(hello.session(), new Forming(link, hello.dataConnections(), key));
      if (old != null) {
        throw new ProtocolException(
            ErrorCode.PROTOCOL_VIOLATION, "session " + hello.session() + " exists already");
      }
      var _ = link.closed().thenRun(() -> forming.remove(hello.session()));
      connection.schedule(() -> giveUp(link), machinery.settings().handshake().toMillis());
      connection.send(Versions.answer(hello, machinery.settings()));
    }

    private void data(PeerIdentity identity) throws ProtocolException {
      Forming join = forming.get(hello.session());
      if (join == null) {
        throw new ProtocolException(
            ErrorCode.NO_SUCH_SESSION, "no link of session " + hello.session() + " is forming");
      }
      if (!join.link.identity().equals(identity)) {
        throw refusal(identity + " may not join a link of " + join.link.identity());
      }
      Hello answer = Versions.answer(hello, machinery.settings());
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
      if (!admitted) {
        connection.close("it did not prove in time who it is");
      }
    }

    private void uncount() {
      if (counted) {
        counted = false;
        halfOpen.decrementAndGet();
      }
    }

    @Override
    public void lost(String reason) {
      uncount();
      Audit.refused(connection.address(), reason);
    }
  }
}
