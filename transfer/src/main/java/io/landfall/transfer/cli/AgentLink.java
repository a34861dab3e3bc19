package io.landfall.transfer.cli;

import io.landfall.transfer.daemon.AgentSecurity;
import io.landfall.transfer.daemon.Calls;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;

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

  <R extends io.landfall.transfer.control.Reply> R call(
      io.landfall.transfer.control.Request<R> request) throws IOException {
    return Calls.call(peer, request);
  }

  @Override
  public void close() throws IOException {
    peer.close();
    endpoint.close();
  }
}
