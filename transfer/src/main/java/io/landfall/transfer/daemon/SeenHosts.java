package io.landfall.transfer.daemon;

import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What execute hosts last said of themselves, for whoever looks. Any thread.
final class SeenHosts {
  private static final Duration OLD = Duration.ofSeconds(3);

  private final Map<String, Overview.HostLine> lines = new ConcurrentHashMap<>();
  private final Set<String> asking = ConcurrentHashMap.newKeySet();
  private final Map<String, Instant> asked = new ConcurrentHashMap<>();

  /// Asks a host to describe itself.
  interface Question {
    Reply.HostAd ask(InetSocketAddress host) throws IOException;
  }

  void answered(String address, Reply.HostAd ad) {
    lines.put(
        address,
        new Overview.HostLine(
            address, Optional.of(ad), Optional.of(Instant.now()), Optional.empty()));
  }

  /// Asks those that were not asked for a while, one question at a time to each.
  void refresh(List<InetSocketAddress> addresses, Question question) {
    for (InetSocketAddress address : addresses) {
      String text = ExecuteHosts.text(address);
      Instant last = asked.getOrDefault(text, Instant.EPOCH);
      if (last.plus(OLD).isBefore(Instant.now()) && asking.add(text)) {
        asked.put(text, Instant.now());
        Thread.ofVirtual().name("look-" + text).start(() -> ask(address, text, question));
      }
    }
  }

  private void ask(InetSocketAddress address, String text, Question question) {
    try {
      answered(text, question.ask(address));
    } catch (IOException e) {
      Overview.HostLine before = line(text);
      lines.put(
          text,
          new Overview.HostLine(
              text, before.ad(), before.seen(), Optional.of(String.valueOf(e.getMessage()))));
    } finally {
      asking.remove(text);
    }
  }

  private Overview.HostLine line(String address) {
    return lines.getOrDefault(
        address,
        new Overview.HostLine(address, Optional.empty(), Optional.empty(), Optional.empty()));
  }

  List<Overview.HostLine> lines(List<InetSocketAddress> addresses) {
    return addresses.stream().map(address -> line(ExecuteHosts.text(address))).toList();
  }
}
