package io.landfall.transfer.daemon;

import io.landfall.transfer.net.Admission;
import io.landfall.transfer.net.Encryption;
import io.landfall.transfer.pool.PoolCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How an agent or a command line proves itself, and whom it lets in.
///
/// @param pool `LANDFALL_POOL`, what `landfall pool issue` made; without it, this machine only
/// @param encryption `TRANSPORT_ENCRYPTION`, between hosts of the pool
/// @param submitHosts `LANDFALL_SUBMIT_HOSTS`, the hosts of the pool that may run machines here;
///   empty for all
public record AgentSecurity(Optional<Path> pool, Encryption encryption, List<String> submitHosts) {
  static final String POOL = "LANDFALL_POOL";
  static final String ENCRYPTION = "TRANSPORT_ENCRYPTION";

  public AgentSecurity {
    submitHosts = List.copyOf(submitHosts);
  }

  /// What a command line has: `LANDFALL_POOL` and `TRANSPORT_ENCRYPTION` of its environment.
  ///
  /// @throws IOException if the second is no such word
  public static AgentSecurity of(Map<String, String> environment) throws IOException {
    String word = environment.getOrDefault(ENCRYPTION, Encryption.REQUIRED.name());
    return new AgentSecurity(
        Optional.ofNullable(environment.get(POOL)).filter(p -> !p.isEmpty()).map(Path::of),
        encryption(word)
            .orElseThrow(
                () -> new IOException(ENCRYPTION + " must be " + ENCRYPTIONS + ", not " + word)),
        List.of());
  }

  static final String ENCRYPTIONS = "REQUIRED, PREFERRED or NEVER";

  static Optional<Encryption> encryption(String word) {
    try {
      return Optional.of(Encryption.valueOf(word.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Reads what it needs to prove itself.
  public Admission admission() throws IOException {
    return pool.isPresent()
        ? Admission.pool(PoolCredentials.read(pool.get()), encryption)
        : Admission.thisMachine();
  }
}
