package io.landfall.transfer.net;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/// One line for each session, and for each connection that was refused, to the logger
/// `landfall.audit`: who, from where, what, how many bytes, why it ended. Any thread.
final class Audit {
  private static final Logger LOG = System.getLogger("landfall.audit");

  /// Names of exports that one line lists; more are only counted.
  private static final int MAX_NAMES = 16;

  private final Instant began = Instant.now();
  private final Set<String> opened = new LinkedHashSet<>(); // guarded by this
  private long more; // guarded by this

  /// The peer was given an export of ours.
  synchronized void opened(String export) {
    if (opened.size() < MAX_NAMES) {
      opened.add(export);
    } else if (!opened.contains(export)) {
      more++;
    }
  }

  synchronized void ended(
      PeerIdentity who, InetSocketAddress from, long sentBytes, long receivedBytes, String why) {
    LOG.log(
        Level.INFO,
        "session of {0} from {1}: {2} s, sent {3} B, received {4} B, gave {5}; ended: {6}",
        clean(who.toString()),
        text(from),
        Duration.between(began, Instant.now()).toMillis() / 1000.0,
        Long.toString(sentBytes),
        Long.toString(receivedBytes),
        clean(opened + (more > 0 ? " and " + more + " more" : "")),
        clean(why));
  }

  static void refused(InetSocketAddress from, String why) {
    LOG.log(Level.WARNING, "refused {0}: {1}", text(from), clean(why));
  }

  private static String text(InetSocketAddress from) {
    return from == null
        ? "somebody who left"
        : from.getAddress().getHostAddress() + ':' + from.getPort();
  }

  /// What a peer chose to be called must not look like lines of ours.
  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
