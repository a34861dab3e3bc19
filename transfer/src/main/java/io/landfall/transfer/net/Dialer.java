package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.protocol.message.Token;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Auth;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.ProofKey;
import io.landfall.protocol.message.TransferMessage.Role;
import io.landfall.transfer.net.PeerIdentity.Proof;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/// The dialling side of the handshake: one control connection, on which both sides prove who they
/// are, then the data connections of the same session at once.
final class Dialer {
  private static final SecureRandom RANDOM = new SecureRandom();

  /// How a TCP connection is made.
  interface Dial {
    Connection to(
        InetSocketAddress where, Optional<SslContext> tls, Function<Channel, Connection> connection)
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
    Terms terms = Terms.of(machinery.admission(), where);
    Hello hello = hello(session, Role.CONTROL);
    Greeting control = greet(where, terms, hello);
    try {
      control.await(where);
    } catch (IOException e) {
      if (!control.connection.plainAnswer()
          || machinery.admission().encryption() != Encryption.PREFERRED) {
        throw e;
      }
      terms = Terms.withPoolKey(machinery.admission());
      control = greet(where, terms, hello);
      control.await(where);
    }
    return join(control, where, terms, setUp);
  }

  /// Adds the data connections to a control connection that is greeted.
  private Link join(Greeting control, InetSocketAddress where, Terms terms, Consumer<Peer> setUp)
      throws IOException {
    UUID session = control.hello.session();
    Link link =
        new Link(
            machinery,
            session,
            control.identity(),
            control.theirs.node(),
            control.connection,
            Versions.choose(control.theirs, machinery.settings().newestVersion()));
    try {
      setUp.accept(link);
      List<Greeting> data = new ArrayList<>();
      for (int i = 0; i < machinery.settings().dataConnections(); i++) {
        data.add(greet(where, control.dataTerms(terms), hello(session, Role.DATA)));
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

  private Greeting greet(InetSocketAddress where, Terms terms, Hello hello) throws IOException {
    Greeting greeting = new Greeting(terms, hello);
    greeting.connection = dial.to(where, terms.tls(), channel -> new Connection(channel, greeting));
    greeting.connection.send(hello);
    return greeting;
  }

  private Hello hello(UUID session, Role role) {
    EndpointSettings settings = machinery.settings();
    return new Hello(
        Versions.MIN,
        settings.newestVersion(),
        role,
        settings.dataConnections(),
        session,
        settings.node());
  }

  private final class Greeting implements Connection.Listener {
    private final CompletableFuture<Hello> answer = new CompletableFuture<>();
    private final Terms terms;
    private final Hello hello;
    private Connection connection;
    private KeyProof proof;
    private boolean confirmed;
    private Hello theirs;

    Greeting(Terms terms, Hello hello) {
      this.terms = terms;
      this.hello = hello;
    }

    /// How the data connections of this control connection prove themselves.
    Terms dataTerms(Terms ofControl) {
      return ofControl.key().isPresent()
          ? Terms.plain(new Terms.Key(ProofKey.SESSION, proof.sessionKey()))
          : ofControl;
    }

    PeerIdentity identity() {
      return connection
          .certificate()
          .orElseGet(() ->
              new PeerIdentity(
                  switch (terms.key().map(Terms.Key::kind).orElse(ProofKey.NONE)) {
                    case LOCAL -> Proof.LOCAL_KEY;
                    case POOL -> Proof.POOL_KEY;
                    default -> Proof.NONE;
                  },
                  theirs.node()));
    }

    void await(InetSocketAddress where) throws IOException {
      try {
        theirs = answer.get(machinery.settings().handshake().toMillis(), TimeUnit.MILLISECONDS);
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
        case Hello greeting -> greeted(greeting);
        case Auth auth -> proved(auth);
        case Failure refusal ->
            answer.completeExceptionally(
                new RemoteException("refused", refusal.code(), refusal.sentence()));
        default ->
            throw new ProtocolException(
                ErrorCode.PROTOCOL_VIOLATION, message.getClass().getSimpleName() + " before HELLO");
      }
    }

    private void greeted(Hello greeting) throws ProtocolException {
      var _ = Versions.choose(greeting, machinery.settings().newestVersion());
      if (terms.key().isPresent() && !confirmed) {
        throw notAuthorised("it did not prove that it has our key");
      }
      connection.admitted();
      answer.complete(greeting);
    }

    private void proved(Auth auth) throws ProtocolException {
      if (terms.key().isEmpty()) {
        throw notAuthorised("it asks for a proof by key, and this side has no key for it");
      }
      Terms.Key key = terms.key().get();
      if (proof == null && auth.key() == ProofKey.NONE) {
        Token nonce = KeyProof.nonce();
        proof = new KeyProof(key.bytes(), hello, auth.nonce(), nonce);
        connection.send(new Auth(key.kind(), nonce, proof.ofDialler()));
      } else if (proof != null && KeyProof.same(proof.ofListener(), auth.proof())) {
        confirmed = true;
      } else {
        throw notAuthorised("its proof was not made with our " + key.kind() + " key");
      }
    }

    private ProtocolException notAuthorised(String sentence) {
      answer.completeExceptionally(new IOException(sentence));
      return new ProtocolException(ErrorCode.NOT_AUTHORISED, sentence);
    }

    @Override
    public void lost(String reason) {
      answer.completeExceptionally(new IOException(reason));
    }
  }
}
