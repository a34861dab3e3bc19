package io.landfall.transfer.daemon;

import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/// The execute hosts a submit agent may use: dials them when they are needed, and ranks them for a
/// job.
final class ExecuteHosts {
  private static final System.Logger LOG = System.getLogger(ExecuteHosts.class.getName());

  private final Endpoint endpoint;
  private final List<InetSocketAddress> addresses;
  private final BiConsumer<Peer, String> onNotice;
  private final Map<InetSocketAddress, Host> connected = new ConcurrentHashMap<>();

  /// An execute host that answers.
  ///
  /// @param exports what it may pull from us
  record Host(String address, Peer peer, ExportTable exports) {}

  /// A host and what it offers now.
  record Offer(Host host, Reply.HostAd ad) {}

  ExecuteHosts(
      Endpoint endpoint, List<InetSocketAddress> addresses, BiConsumer<Peer, String> onNotice) {
    this.endpoint = endpoint;
    this.addresses = List.copyOf(addresses);
    this.onNotice = onNotice;
  }

  /// The host with this address.
  Host host(String address) throws IOException {
    for (InetSocketAddress candidate : addresses) {
      if (text(candidate).equals(address)) {
        return connect(candidate);
      }
    }
    throw new IOException("execute host " + address + " is not one of LANDFALL_EXECUTE_HOSTS");
  }

  /// Hosts that would take the job now, best first: not the one it was evicted from, then those
  /// that hold more of its images.
  List<Offer> offers(Job job, List<String> imageIds) {
    List<Offer> offers = new ArrayList<>();
    for (InetSocketAddress address : addresses) {
      offer(address, job).ifPresent(offers::add);
    }
    offers.sort(
        Comparator.comparing(
                (Offer offer) -> job.host().equals(Optional.of(offer.host().address())))
            .thenComparingLong(
                offer -> -imageIds.stream().filter(offer.ad().images()::contains).count()));
    return offers;
  }

  private Optional<Offer> offer(InetSocketAddress address, Job job) {
    try {
      Host host = connect(address);
      Reply.HostAd ad = Calls.call(host.peer(), new Request.Describe());
      boolean fits =
          ad.slots() > 0
              && ad.memoryMiB() >= job.vm().memoryMiB()
              && ad.vmTypes().contains(job.vm().type().word());
      return fits ? Optional.of(new Offer(host, ad)) : Optional.empty();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} does not answer: {1}", address, e.getMessage());
      return Optional.empty();
    }
  }

  private Host connect(InetSocketAddress address) throws IOException {
    Host known = connected.get(address);
    if (known != null && !known.peer().closed().isDone()) {
      return known;
    }
    synchronized (this) {
      known = connected.get(address);
      if (known != null && !known.peer().closed().isDone()) {
        return known;
      }
      Peer peer = endpoint.connect(address);
      ExportTable exports = new ExportTable();
      peer.serve(exports);
      peer.onNotice(text -> onNotice.accept(peer, text));
      Host host = new Host(text(address), peer, exports);
      connected.put(address, host);
      return host;
    }
  }

  static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }
}
