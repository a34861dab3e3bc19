package io.landfall.transfer.daemon;

import java.time.Duration;
import java.time.Instant;

/// When a running job is to be checkpointed next.
final class PeriodicCheckpoints {
  /// The job's own attribute, in seconds: `vm_periodic_checkpoint`.
  static final String ATTRIBUTE = "VMPeriodicCheckpoint";

  private static final Duration NEVER = Duration.ofDays(365);

  private final Duration interval;
  private Instant last = Instant.now();

  private PeriodicCheckpoints(Duration interval) {
    this.interval = interval;
  }

  static PeriodicCheckpoints of(Job job, AgentSettings settings) {
    Duration own =
        JobAds.of(job, settings)
            .integer(ATTRIBUTE)
            .map(Duration::ofSeconds)
            .orElse(settings.checkpointInterval());
    boolean wanted = job.vm().checkpoint() && own.isPositive();
    return new PeriodicCheckpoints(wanted ? own : NEVER);
  }

  /// One was made, or could not be.
  void made() {
    last = Instant.now();
  }

  Duration untilNext() {
    Duration left = interval.minus(Duration.between(last, Instant.now()));
    return left.isPositive() ? left : Duration.ZERO;
  }
}
