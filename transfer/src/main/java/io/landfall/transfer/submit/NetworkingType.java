package io.landfall.transfer.submit;

import java.util.Locale;
import java.util.Optional;

/// How a guest reaches the network: `vm_networking_type`.
public enum NetworkingType {
  NAT,
  BRIDGE;

  /// The type of that name, in any case.
  public static Optional<NetworkingType> named(String word) {
    for (NetworkingType type : values()) {
      if (type.word().equalsIgnoreCase(word)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /// The word a submit file and a job ad use.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
