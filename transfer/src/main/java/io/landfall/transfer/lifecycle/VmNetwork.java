package io.landfall.transfer.lifecycle;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// How a VM reaches the network.
///
/// @param kind what its network card is connected to
/// @param mac the card's address, or empty for one made from the job's id
/// @param bridge the host's bridge, for [Kind#BRIDGE]
public record VmNetwork(Kind kind, Optional<String> mac, String bridge) {
  private static final Pattern MAC = Pattern.compile("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}");
  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

  /// What a network card is connected to.
  public enum Kind {
    /// No card.
    NONE,
    /// The hypervisor's own user-mode network: outward connections only, no privileges needed.
    USER,
    /// A bridge of the host.
    BRIDGE
  }

  public VmNetwork {
    mac.ifPresent(m -> {
      if (!MAC.matcher(m).matches() || (Integer.parseInt(m.substring(0, 2), 16) & 1) != 0) {
        throw new IllegalArgumentException(
            "MAC address '%s': expected a unicast one such as 52:54:00:12:34:56".formatted(m));
      }
    });
    if (kind == Kind.BRIDGE && !INTERFACE.matcher(bridge).matches()) {
      throw new IllegalArgumentException("bridge '%s': not an interface's name".formatted(bridge));
    }
  }

  /// The card's address: the one that was chosen, or a locally administered one made from the job's
  /// name, which is the same wherever the job goes on.
  public String addressFor(String jobId) {
    return mac.orElseGet(() -> {
      long bits =
          UUID.nameUUIDFromBytes(jobId.getBytes(StandardCharsets.UTF_8)).getLeastSignificantBits();
      return "52:54:%02x:%02x:%02x:%02x"
          .formatted(bits >> 24 & 0xff, bits >> 16 & 0xff, bits >> 8 & 0xff, bits & 0xff);
    });
  }

  /// No network card at all.
  public static VmNetwork none() {
    return new VmNetwork(Kind.NONE, Optional.empty(), "");
  }

  /// A card on the hypervisor's own user-mode network.
  public static VmNetwork user(Optional<String> mac) {
    return new VmNetwork(Kind.USER, mac, "");
  }

  /// A card on a bridge of the host.
  public static VmNetwork bridge(String bridge, Optional<String> mac) {
    return new VmNetwork(Kind.BRIDGE, mac, bridge);
  }
}
