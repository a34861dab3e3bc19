package io.landfall.transfer.daemon;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.submit.Matching;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;

/// The execute hosts a submit agent may use: dials them when they are needed, and ranks them for a
/// job.
final class ExecuteHosts {
  private static final String NO_HOSTS = "LANDFALL_EXECUTE_HOSTS names no execute host";

  private final Endpoint endpoint;
  private final List<InetSocketAddress> addresses;
  private final BiConsumer<Peer, String> onNotice;
  private final BiPredicate<String, String> isOver;
  private final Optional<SwarmDesk> swarm;
  private final LinkRates rates = new LinkRates();
  private final Map<InetSocketAddress, Host> connected = new ConcurrentHashMap<>();
  private final SeenHosts seen = new SeenHosts();

  /// An execute host that answers.
  ///
  /// @param exports what it may pull from us
  record Host(String address, Peer peer, ExportTable exports) {}

  /// A host that matches a job.
  record Offer(Host host, double rank, Duration untilLanded, int slots) {}

  /// @param offers best first
  /// @param explanations why each of the other hosts does not take the job
  record Choice(List<Offer> offers, List<String> explanations) {}

  /// @param onNotice hears what a host tells unasked
  /// @param isOver whether a claim for that job, on the host of that address, is one of ours that
  ///   nobody waits for
  /// @param swarm tells hosts what they have from each other
  ExecuteHosts(
      Endpoint endpoint,
      List<InetSocketAddress> addresses,
      BiConsumer<Peer, String> onNotice,
      BiPredicate<String, String> isOver,
      Optional<SwarmDesk> swarm) {
    this.endpoint = endpoint;
    this.addresses = List.copyOf(addresses);
    this.onNotice = onNotice;
    this.isOver = isOver;
    this.swarm = swarm;
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

  /// Hosts that match a job now, best first: by the job's own `Rank`, then any but the one that it
  /// was just taken off, then by the time until everything has landed there, then the emptiest.
  Choice offers(ClassAd job, Optional<String> leaving, LandingEstimate estimate) {
    List<Offer> offers = new ArrayList<>();
    List<String> explanations = new ArrayList<>();
    for (InetSocketAddress address : addresses) {
      try {
        Host host = connect(address);
        Reply.HostAd ad = Calls.call(host.peer(), new Request.Describe());
        seen.answered(text(address), ad);
        Matching matching = Matching.of(job, machine(job, ad), Instant.now().getEpochSecond());
        matching
            .best()
            .ifPresent(candidate ->
                offers.add(
                    new Offer(
                        host,
                        candidate.match().rank(),
                        rates.timeFor(host.address(), estimate.missingBytes(ad.images())),
                        ad.slots())));
        explanations.addAll(matching.explanations());
      } catch (IOException e) {
        explanations.add(text(address) + ": " + e.getMessage());
      }
    }
    offers.sort(
        Comparator.comparingDouble((Offer offer) -> -offer.rank())
            .thenComparing(offer -> leaving.equals(Optional.of(offer.host().address())))
            .thenComparing(Offer::untilLanded)
            .thenComparing(Comparator.comparingInt(Offer::slots).reversed()));
    return new Choice(offers, addresses.isEmpty() ? List.of(NO_HOSTS) : explanations);
  }

  /// The ad for the job's `vm_type`; if the host takes no such jobs, the one that says so.
  private static List<ClassAd> machine(ClassAd job, Reply.HostAd host) throws IOException {
    List<ClassAd> ads = new ArrayList<>();
    for (String text : host.machines()) {
      try {
        ads.add(ClassAd.parse(text));
      } catch (ClassAdException e) {
        throw new IOException(host.name() + ": its ad makes no sense: " + e.getMessage(), e);
      }
    }
    return ads.stream()
        .filter(ad -> ad.text("VM_Type").equals(job.text("JobVMType")))
        .findFirst()
        .or(() -> ads.stream().findFirst())
        .stream()
        .toList();
  }

  /// What each host last said of itself. Hosts that said nothing for a while are asked, beside the
  /// caller: who looks often sees them soon.
  List<Overview.HostLine> lines() {
    seen.refresh(addresses, address -> Calls.call(connect(address).peer(), new Request.Describe()));
    return seen.lines(addresses);
  }

  /// Learns how fast a host is.
  void landed(String address, List<Reply.LandedPart> parts) {
    rates.landed(address, parts);
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
      swarm.ifPresent(desk -> desk.serve(peer, text(address), exports));
      peer.onNotice(text -> onNotice.accept(peer, text));
      Host host = new Host(text(address), peer, exports);
      releaseWhatIsOver(host);
      connected.put(address, host);
      return host;
    }
  }

  /// A claim whose release was lost with a connection would hold the host's memory and disk for
  /// ever.
  private void releaseWhatIsOver(Host host) throws IOException {
    for (String job : Calls.call(host.peer(), new Request.Describe()).claims()) {
      if (isOver.test(job, host.address())) {
        Calls.call(host.peer(), new Request.Release(job));
      }
    }
  }

  static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }
}
