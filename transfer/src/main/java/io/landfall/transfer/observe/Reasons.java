package io.landfall.transfer.observe;

import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.TransferLine.Kind;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where a transfer's bytes came from, in words.
final class Reasons {
  private Reasons() {}

  /// All bytes of what moved by reason, and beside them what was on the network.
  static Map<String, Long> of(Kind kind, Figures figures) {
    Map<String, Long> bytes = new LinkedHashMap<>();
    boolean hit = isCacheHit(figures);
    bytes.put(kind == Kind.SENDING ? "sent" : "received", figures.pulled());
    bytes.put("wire", figures.wire());
    bytes.put("hole", figures.zero());
    bytes.put("cached", hit ? figures.image() : 0);
    bytes.put("base", figures.base());
    bytes.put("seeded", figures.seed());
    bytes.put("resumed", hit ? 0 : figures.resumed());
    return bytes;
  }

  /// An image that was here as a whole is told as one that was resumed at its end, without a
  /// landing.
  static boolean isCacheHit(Figures figures) {
    return figures.image() > 0
        && figures.resumed() == figures.image()
        && figures.wire() == 0
        && figures.millis() == 0;
  }
}
