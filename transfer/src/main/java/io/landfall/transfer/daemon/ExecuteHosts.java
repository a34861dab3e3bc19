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
import java.util.function.Predicate;

/// The execute hosts a submit agent may use: dials them when they are needed, and ranks them for a
/// job.
final class ExecuteHosts {
  private final Endpoint endpoint;
  private final List<InetSocketAddress> addresses;
  private final BiConsumer<Peer, String> onNotice;
  private final Predicate<String> isOver;
  private final Map<InetSocketAddress, Host> connected = new ConcurrentHashMap<>();

  /// An execute host that answers.
  ///
  /// @param exports what it may pull from us
  record Host(String address, Peer peer, ExportTable exports) {}

  /// A host and what it offers now.
  record Offer(Host host, Reply.HostAd ad) {}

  /// @param offers best first
  /// @param refusals why each of the other hosts does not take the job
  record Choice(List<Offer> offers, List<String> refusals) {}

  /// @param onNotice hears what a host tells unasked
  /// @param isOver whether a claim for that job is one of ours that nobody waits for
  ExecuteHosts(
      Endpoint endpoint,
      List<InetSocketAddress> addresses,
      BiConsumer<Peer, String> onNotice,
      Predicate<String> isOver) {
    this.endpoint = endpoint;
    this.addresses = List.copyOf(addresses);
    this.onNotice = onNotice;
    this.isOver = isOver;
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
  Choice offers(Job job, List<String> imageIds) {
    List<Offer> offers = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    for (InetSocketAddress address : addresses) {
      try {
        Host host = connect(address);
        Reply.HostAd ad = Calls.call(host.peer(), new Request.Describe());
        Optional<String> refusal = refusal(job, ad);
        refusal.ifPresent(why -> refusals.add(ad.name() + ": " + why));
        if (refusal.isEmpty()) {
          offers.add(new Offer(host, ad));
        }
      } catch (IOException e) {
        refusals.add(text(address) + ": " + e.getMessage());
      }
    }
    offers.sort(
        Comparator.comparing(
                (Offer offer) -> job.host().equals(Optional.of(offer.host().address())))
            .thenComparingLong(
                offer -> -imageIds.stream().filter(offer.ad().images()::contains).count()));
    return new Choice(offers, refusals);
  }

  private static Optional<String> refusal(Job job, Reply.HostAd ad) {
    if (!ad.vmTypes().contains(job.vm().type().word())) {
      return Optional.of(
          "runs vm_type " + ad.vmTypes() + ", the job asks for " + job.vm().type().word());
    }
    if (ad.memoryMiB() < job.vm().memoryMiB()) {
      return Optional.of(
          ad.memoryMiB() + " MiB of VM_MEMORY left, vm_memory is " + job.vm().memoryMiB());
    }
    return ad.slots() > 0 ? Optional.empty() : Optional.of("runs VM_MAX_NUMBER machines already");
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
      releaseWhatIsOver(peer);
      connected.put(address, host);
      return host;
    }
  }

  /// A claim whose release was lost with a connection would hold the host's memory and disk for
  /// ever.
  private void releaseWhatIsOver(Peer peer) throws IOException {
    for (String job : Calls.call(peer, new Request.Describe()).claims()) {
      if (isOver.test(job)) {
        Calls.call(peer, new Request.Release(job));
      }
    }
  }

  static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }
}
