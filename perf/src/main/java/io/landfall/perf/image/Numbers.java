package io.landfall.perf.image;

/// SplitMix64: numbers that look random and are the same on every machine and JDK.
final class Numbers {
  private long state;

  Numbers(long seed) {
    this.state = seed;
  }

  long next() {
    state += 0x9e3779b97f4a7c15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /// `0..bound-1`.
  int below(int bound) {
    return (int) Math.unsignedMultiplyHigh(next(), bound);
  }

  /// `[0, 1)`.
  double unit() {
    return (next() >>> 11) * 0x1p-53;
  }
}
