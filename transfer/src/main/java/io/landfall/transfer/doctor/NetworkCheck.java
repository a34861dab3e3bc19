package io.landfall.transfer.doctor;

import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.daemon.AgentSettings;
import io.landfall.transfer.daemon.Calls;
import io.landfall.transfer.net.Encryption;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.net.PeerIdentity.Proof;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// The hosts that the configuration names: each is dialled as an agent would dial it, asked for its
/// clock, and sent a few megabytes.
final class NetworkCheck implements Check {
  private static final int MAX_HOSTS = 64;
  private static final int ROUND_TRIPS = 9;
  private static final int PADDING = Request.Echo.MAX_PADDING;
  private static final int TRANSFERS = 8;
  private static final long PATIENCE_NANOS = 1_000_000_000L;
  private static final Duration WRONG_CLOCK = Duration.ofSeconds(2);
  private static final String SEE = "start its agent; open its port in firewalls between";

  private final AgentSettings settings;

  NetworkCheck(AgentSettings settings) {
    this.settings = settings;
  }

  @Override
  public String group() {
    return "network";
  }

  @Override
  public void run(Consumer<Finding> findings) throws Exception {
    List<InetSocketAddress> hosts = new ArrayList<>(settings.executeHosts());
    for (String name : settings.security().submitHosts()) {
      hosts.add(new InetSocketAddress(name, settings.listen().getPort()));
    }
    if (hosts.isEmpty()) {
      findings.accept(
          Finding.good("hosts", "the configuration names no other host; nothing is dialled"));
      return;
    }
    try (Endpoint endpoint =
        Endpoint.open(EndpointSettings.of(settings.name()), settings.security().admission())) {
      List<Thread> dialling = new ArrayList<>();
      for (InetSocketAddress host : hosts.subList(0, Math.min(MAX_HOSTS, hosts.size()))) {
        dialling.add(Thread.ofVirtual().start(() -> dial(endpoint, host, findings)));
      }
      for (Thread thread : dialling) {
        thread.join();
      }
    }
  }

  private void dial(Endpoint endpoint, InetSocketAddress host, Consumer<Finding> findings) {
    String name = host.getHostString() + ":" + host.getPort();
    boolean needed = settings.executeHosts().contains(host);
    long start = System.nanoTime();
    try (Peer peer = endpoint.connect(host)) {
      long connected = System.nanoTime() - start;
      findings.accept(reached(name, peer, connected));
      findings.accept(clock(name, peer));
      findings.accept(rate(name, peer));
    } catch (IOException | RuntimeException e) {
      String found = "cannot be talked to: " + e.getMessage();
      findings.accept(
          needed
              ? Finding.broken(name, found, "no job runs there", SEE)
              : Finding.costs(
                  name, found, "none, if it can dial this host: it is the one that does", SEE));
    }
  }

  private Finding reached(String name, Peer peer, long connected) throws IOException {
    long[] trips = new long[ROUND_TRIPS];
    for (int i = 0; i < ROUND_TRIPS; i++) {
      long start = System.nanoTime();
      var _ = Calls.call(peer, new Request.Echo(""));
      trips[i] = System.nanoTime() - start;
    }
    Arrays.sort(trips);
    String found =
        "%s, connected in %s, round trip %s"
            .formatted(
                peer.identity(), Figure.millis(connected), Figure.millis(trips[ROUND_TRIPS / 2]));
    Proof proof = peer.identity().proof();
    boolean secret =
        proof != Proof.POOL_KEY || settings.security().encryption() != Encryption.NEVER;
    return secret
        ? Finding.good(name, found)
        : Finding.costs(
            name, found + ", not encrypted", "others on the way can read it", "see SECURITY.md");
  }

  private static Finding clock(String name, Peer peer) throws IOException {
    Instant before = Instant.now();
    Reply.Echoed echoed = Calls.call(peer, new Request.Echo(""));
    Instant between = before.plus(Duration.between(before, Instant.now()).dividedBy(2));
    Duration ahead = Duration.between(between, echoed.now());
    String found = "its clock differs by " + ahead.toMillis() + " ms";
    return ahead.abs().compareTo(WRONG_CLOCK) < 0
        ? Finding.good(name + " clock", found)
        : Finding.costs(
            name + " clock",
            found,
            "times in logs and event logs do not agree; certificates may be refused",
            "apt-get install chrony, on the one that is wrong");
  }

  /// A floor: content goes there and back as text of the control connection.
  private static Finding rate(String name, Peer peer) throws IOException {
    String padding = noise();
    long start = System.nanoTime();
    long bytes = 0;
    for (int i = 0; i < TRANSFERS && System.nanoTime() - start < PATIENCE_NANOS; i++) {
      bytes += 2L * Calls.call(peer, new Request.Echo(padding)).padding().length();
    }
    return Finding.good(
        name + " rate",
        "at least "
            + Figure.rate(bytes, System.nanoTime() - start)
            + ", both directions together, one connection");
  }

  private static String noise() {
    Random random = new Random(PADDING);
    StringBuilder text = new StringBuilder(PADDING);
    for (int i = 0; i < PADDING; i++) {
      text.append((char) ('A' + random.nextInt(26)));
    }
    return text.toString();
  }
}
