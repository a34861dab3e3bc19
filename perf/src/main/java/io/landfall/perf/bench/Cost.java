package io.landfall.perf.bench;

/// What a bench takes, roughly.
///
/// @param fixedSeconds for its data, its warm-up and what is done once
/// @param roundSeconds for each round
/// @param rounds that are wanted
public record Cost(double fixedSeconds, double roundSeconds, int rounds) {
  /// With so many rounds.
  double seconds(int count) {
    return fixedSeconds + roundSeconds * count;
  }

  double least() {
    return seconds(1);
  }

  double whole() {
    return seconds(rounds);
  }
}
