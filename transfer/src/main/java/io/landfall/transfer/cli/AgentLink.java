package io.landfall.transfer.cli;

import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.daemon.AgentSecurity;
import io.landfall.transfer.daemon.Calls;
import io.landfall.transfer.daemon.CopyDesk;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.tree.CopyLanding;
import io.landfall.transfer.tree.CopySource;
import io.landfall.transfer.tree.TreeLanding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/// A command line's connection to an agent.
final class AgentLink implements AutoCloseable {
  private final Endpoint endpoint;
  private final Peer peer;

  private AgentLink(Endpoint endpoint, Peer peer) {
    this.endpoint = endpoint;
    this.peer = peer;
  }

  static AgentLink to(InetSocketAddress address) throws IOException {
    Endpoint endpoint =
        Endpoint.open(
            EndpointSettings.of(System.getProperty("user.name")),
            AgentSecurity.of(System.getenv()).admission());
    try {
      return new AgentLink(endpoint, endpoint.connect(address));
    } catch (IOException e) {
      endpoint.close();
      throw new IOException(
          "no agent answers at "
              + Addresses.text(address)
              + " ("
              + e.getMessage()
              + "); start one with: landfall agent",
          e);
    }
  }

  Peer peer() {
    return peer;
  }

  <R extends Reply> R call(Request<R> request) throws IOException {
    return Calls.call(peer, request);
  }

  /// Lands here what the agent offers.
  TreeLanding.Landed fetch(Reply.CopyOffer offer, Path to, TransferListener listener)
      throws IOException {
    return CopyLanding.land(
        CopyDesk.parts(peer, offer.export()),
        offer.directory(),
        to.getParent(),
        to.getFileName().toString(),
        listener);
  }

  /// Lets the agent land what is here.
  ///
  /// @param path as the agent knows it
  Reply.CopyTaken send(CopySource content, String path) throws IOException {
    String export = CopyDesk.PREFIX + "0";
    peer.serve(name ->
        name.startsWith(export + '/')
            ? content.find(name.substring(export.length() + 1))
            : Optional.empty());
    return call(new Request.TakeCopy(path, export, content.directory()));
  }

  @Override
  public void close() throws IOException {
    peer.close();
    endpoint.close();
  }
}
