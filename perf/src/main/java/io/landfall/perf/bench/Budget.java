package io.landfall.perf.bench;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/// Divides the time of a run among its benches. Each gets what it takes for one round; what is left
/// over goes to all by what their other rounds would take. So time that is short costs rounds and
/// never a bench; and time that one bench leaves is the next one's.
///
/// Estimates are those of [BenchKind#cost], corrected by how long the benches before really took.
/// One thread.
public final class Budget {
  private static final double NANOS = 1e9;
  private static final double FASTEST = 0.3;
  private static final double SLOWEST = 6;

  private final List<Cost> costs;
  private final LongSupplier nanos;
  private final long began;
  private final double wholeSeconds;
  private double measured;
  private double estimated;
  private int current = -1;
  private int rounds;
  private double benchBegan;
  private double roundBegan;
  private double longestRound;
  private double shareEnds;

  /// @param minutes for all; empty for as long as it takes
  /// @param costs of the benches, in their order
  /// @param nanos a clock, as [System#nanoTime]
  public Budget(OptionalInt minutes, List<Cost> costs, LongSupplier nanos) {
    this.costs = List.copyOf(costs);
    this.nanos = nanos;
    this.began = nanos.getAsLong();
    this.wholeSeconds = minutes.isPresent() ? minutes.getAsInt() * 60.0 : Double.POSITIVE_INFINITY;
  }

  /// Seconds since the run began.
  public double goneSeconds() {
    return (nanos.getAsLong() - began) / NANOS;
  }

  /// The next bench begins.
  public void begin() {
    current++;
    rounds = 0;
    benchBegan = goneSeconds();
    roundBegan = benchBegan;
    longestRound = 0;
    shareEnds = benchBegan + share();
  }

  /// The bench has ended, or failed.
  public void end() {
    if (rounds > 0) {
      measured += goneSeconds() - benchBegan;
      estimated += costs.get(current).seconds(rounds);
    }
  }

  private double share() {
    double factor = factor();
    double least = 0;
    double more = 0;
    for (Cost cost : costs.subList(current, costs.size())) {
      least += cost.least() * factor;
      more += (cost.whole() - cost.least()) * factor;
    }
    Cost mine = costs.get(current);
    double spare = Math.max(0, wholeSeconds - benchBegan - least);
    double part = more == 0 ? 0 : (mine.whole() - mine.least()) * factor / more;
    return Double.isInfinite(spare) ? spare : mine.least() * factor + spare * part;
  }

  /// How much slower this machine is than the one of the estimates.
  private double factor() {
    return estimated == 0 ? 1 : Math.clamp(measured / estimated, FASTEST, SLOWEST);
  }

  /// A round of the current bench is done.
  ///
  /// @param count so many that counted; 0 for a warm-up
  /// @param end when the part that it belongs to is to end, by [#partEnds]
  /// @return whether there is time for one as long as the longest so far
  public boolean hasTime(int count, double end) {
    double now = goneSeconds();
    if (count > 0) {
      rounds = Math.max(rounds, count);
      longestRound = Math.max(longestRound, now - roundBegan);
    }
    roundBegan = now;
    return now + longestRound <= Math.min(end, shareEnds);
  }

  /// When the first of so many parts that are still to come is to end.
  public double partEnds(int parts, double end) {
    double now = goneSeconds();
    double left = Math.min(end, shareEnds) - now;
    longestRound = 0;
    roundBegan = now;
    return Double.isInfinite(left) ? left : now + left / parts;
  }

  /// About how many seconds are left for the rest of the run.
  public double leftSeconds() {
    double now = goneSeconds();
    double factor = factor();
    double least = 0;
    double whole = 0;
    for (Cost cost : costs.subList(Math.min(current + 1, costs.size()), costs.size())) {
      least += cost.least() * factor;
      whole += cost.whole() * factor;
    }
    Cost mine = costs.get(Math.max(current, 0));
    double inThis = current < 0 ? 0 : now - benchBegan;
    least += Math.max(0, mine.seconds(Math.max(1, rounds)) * factor - inThis);
    whole += Math.max(0, Math.min(mine.whole() * factor, shareEnds - benchBegan) - inThis);
    return Math.max(least, Math.min(whole, wholeSeconds - now));
  }
}
