package io.landfall.transfer.net;

import io.landfall.transfer.session.Exports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The host at the other end of a link, and the link itself. Any thread; blocking calls are meant
/// for virtual threads.
public interface Peer extends AutoCloseable {

  /// What the other side calls itself.
  String name();

  /// Who it is, as far as it has proved it.
  PeerIdentity identity();

  /// Where it is.
  InetSocketAddress address();

  /// Completes when the link is closed, by whomever; [#closeReason] says why.
  CompletableFuture<Void> closed();

  /// Why the link is closed, as one sentence; empty while it is open.
  String closeReason();

  /// Lets the other side pull these from now on.
  void serve(Exports exports);

  /// Answers the other side's requests from now on; until then they are refused.
  void onRequest(RequestHandler handler);

  /// Asks and waits for the answer.
  ///
  /// @param json at most 4 MiB
  /// @throws io.landfall.protocol.error.RemoteException if the other side answered with an error
  String request(String json) throws IOException;

  /// Takes the other side's notices, one at a time and in order, on a virtual thread.
  void onNotice(Consumer<String> handler);

  /// Tells the other side something that needs no answer. Notices arrive in the order in which they
  /// were given; blocks while too much is on its way.
  ///
  /// @param json at most 4 MiB
  void notice(String json) throws IOException;

  /// Opens what the other side serves under that name.
  RemoteExport open(String export) throws IOException;

  /// Says goodbye and closes the link; what is under way fails.
  @Override
  void close();
}
