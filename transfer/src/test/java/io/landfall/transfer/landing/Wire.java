package io.landfall.transfer.landing;

import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Two endpoints on loopback with a link between them: `server` serves, `peer` is dialled from
/// `client`.
final class Wire implements AutoCloseable {

  /// Makes an export for each OPEN.
  interface Offer {
    Export open() throws IOException;
  }

  private final Endpoint server;
  private final Endpoint client;
  private final InetSocketAddress address;
  private final Map<String, Offer> offers = new ConcurrentHashMap<>();
  private volatile Peer accepted;
  private Peer peer;

  private Wire(EndpointSettings settings) throws IOException {
    server = Endpoint.open(settings);
    client = Endpoint.open(settings);
    address =
        server.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            from -> {
              from.serve(this::find);
              accepted = from;
            });
    peer = client.connect(address);
  }

  static Wire open() throws IOException {
    return open(EndpointSettings.of("test"));
  }

  static Wire open(EndpointSettings settings) throws IOException {
    return new Wire(settings);
  }

  private Optional<Export> find(String name) throws IOException {
    Offer offer = offers.get(name);
    return offer == null ? Optional.empty() : Optional.of(offer.open());
  }

  void serve(String name, Offer offer) {
    offers.put(name, offer);
  }

  Peer peer() {
    return peer;
  }

  /// The other end of the link made last, as the server sees it.
  Peer accepted() {
    return accepted;
  }

  Endpoint client() {
    return client;
  }

  Endpoint server() {
    return server;
  }

  InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
