package io.landfall.perf.rig;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Hosts in network namespaces of their own, with links of one kind between them.
abstract class NamespacedNetwork implements Network {
  private final LinkSpec link;

  /// The submit host first, then the execute hosts.
  final List<NetworkNamespace> hosts = new ArrayList<>();

  NamespacedNetwork(LinkSpec link) {
    this.link = link;
  }

  final LinkSpec spec() {
    return link;
  }

  @Override
  public final List<String> prefix(Host host) {
    return hosts.get(host.number()).prefix();
  }

  @Override
  public final String address(Host host) {
    return "10.77.0." + (host.number() + 1);
  }

  @Override
  public final Optional<LinkSpec> link() {
    return Optional.of(link);
  }

  @Override
  public void close() throws IOException {
    NetworkNamespace.closeAll(hosts);
  }
}
