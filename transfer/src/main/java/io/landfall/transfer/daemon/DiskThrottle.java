package io.landfall.transfer.daemon;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Lets fewer transfers run while the disk cannot keep up, by HTCondor's rules: above the upper
/// limit none begins, between the two one begins when another ends, below the lower limit one more
/// may run each minute. One always may, since the load may be somebody else's.
///
/// Any thread; told of the load again and again.
final class DiskThrottle {
  /// Over so long the load is averaged, as HTCondor's short horizon.
  private static final double HORIZON_SECONDS = 60;

  private static final double NANOS = 1e9;

  /// Between what loads transfers are held back.
  ///
  /// @param low below this, more may run
  /// @param high above this, none begins; 0 for no limit
  /// @param between so long apart more may run
  record Limits(double low, double high, Duration between) {
    /// HTCondor's default.
    static final Limits STANDARD = new Limits(1.8, 2, Duration.ofMinutes(1));

    private static final Pattern TEXT =
        Pattern.compile("(\\d{1,6}(?:\\.\\d{1,6})?)(?:\\s+to\\s+(\\d{1,6}(?:\\.\\d{1,6})?))?");

    /// With one number, the lower limit is so much of it.
    private static final double LOW_OF_HIGH = 0.9;

    /// Reads `2.0` or `5 to 6.5`; empty if it is neither.
    static Optional<Limits> parse(String text, Duration between) {
      Matcher match = TEXT.matcher(text.strip());
      if (!match.matches()) {
        return Optional.empty();
      }
      double first = Double.parseDouble(match.group(1));
      if (match.group(2) == null) {
        return Optional.of(new Limits(first * LOW_OF_HIGH, first, between));
      }
      double high = Double.parseDouble(match.group(2));
      return first <= high ? Optional.of(new Limits(first, high, between)) : Optional.empty();
    }
  }

  private final List<Held> queues;
  private Limits limits; // guarded by this
  private double load; // guarded by this
  private Long countedAt; // guarded by this; null before the first count

  /// A queue, and how it is held back; all guarded by the throttle.
  private static final class Held {
    final TransferQueue queue;
    Integer level; // how many may run; null for as many as the queue lets
    long changedAt;

    Held(TransferQueue queue) {
      this.queue = queue;
    }
  }

  DiskThrottle(Limits limits, TransferQueue... queues) {
    this.limits = limits;
    this.queues = List.of(queues).stream().map(Held::new).toList();
  }

  /// Other limits from now on.
  synchronized void limit(Limits other) {
    limits = other;
  }

  synchronized Limits limits() {
    return limits;
  }

  /// The average of what was counted lately.
  synchronized double load() {
    return load;
  }

  /// So many transfers are inside a read or a write now.
  synchronized void counted(int waiting, long nowNanos) {
    if (countedAt != null) {
      double seconds = (nowNanos - countedAt) / NANOS;
      load += (waiting - load) * -Math.expm1(-seconds / HORIZON_SECONDS);
    }
    countedAt = nowNanos;
    queues.forEach(held -> hold(held, nowNanos));
  }

  private void hold(Held held, long nowNanos) {
    int running = Math.max(1, held.queue.running());
    if (limits.high() == 0) {
      held.level = null;
    } else if (load > limits.high()) {
      held.level = running;
      held.changedAt = nowNanos;
      held.queue.hold(1); // who ends is not replaced
      return;
    } else if (load > limits.low()) {
      held.level = held.level == null ? running : Math.min(held.level, running);
      held.changedAt = nowNanos;
    } else if (held.level != null && nowNanos - held.changedAt >= limits.between().toNanos()) {
      held.level = held.queue.waiting() == 0 ? null : Integer.valueOf(held.level + 1);
      held.changedAt = nowNanos;
    }
    held.queue.hold(held.level == null ? Integer.MAX_VALUE : held.level);
  }
}
