package io.landfall.transfer.doctor;

import io.landfall.transfer.daemon.AgentSettings;
import io.landfall.transfer.pool.PoolCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/// What this host proves itself with: whether it is of its pool, whether others can read its keys,
/// and until when it holds.
final class CertificateCheck implements Check {
  private static final Duration SOON = Duration.ofDays(30);
  private static final String RENEW = "landfall pool issue HOST --pool DIR, and copy it here";

  private final AgentSettings settings;

  CertificateCheck(AgentSettings settings) {
    this.settings = settings;
  }

  @Override
  public String group() {
    return "certificates";
  }

  @Override
  public void run(Consumer<Finding> findings) {
    Optional<Path> pool = settings.security().pool();
    if (pool.isEmpty()) {
      findings.accept(
          Finding.costs(
              "pool",
              "LANDFALL_POOL is not set",
              "this host talks to itself only",
              "landfall pool init, landfall pool issue HOST; OPERATIONS.md, A pool"));
      return;
    }
    try {
      PoolCredentials credentials = PoolCredentials.read(pool.get());
      findings.accept(
          Finding.good(
              "pool",
              credentials.identity() + " of " + pool.get() + "; keys are its owner's only"));
      findings.accept(expiry(credentials.validUntil()));
    } catch (IOException | IllegalArgumentException e) {
      findings.accept(Finding.broken("pool", e.getMessage(), "no agent starts with that", RENEW));
    }
  }

  private static Finding expiry(Instant until) {
    Duration left = Duration.between(Instant.now(), until);
    String found = "valid until " + until + ", " + left.toDays() + " days";
    return left.compareTo(SOON) > 0
        ? Finding.good("expiry", found)
        : Finding.costs("expiry", found, "after that nobody talks to this host", RENEW);
  }
}
