package io.landfall.perf.bench;

import io.landfall.perf.image.DiskImage;
import io.landfall.perf.image.FileTree;

/// How large and how often.
///
/// @param image what is moved and stored
/// @param changedShare of its data that the next version changes
/// @param rounds that count; one before them does not
/// @param quick small enough for every build: shows that everything runs, and is no measurement
/// @param link rate of the network, as `tc` writes it; empty for the loopback as it is
public record Scale(DiskImage image, double changedShare, int rounds, boolean quick, String link) {
  private static final long SEED = 20_261_124;
  private static final int ROUNDS = 5;

  private static final int TREE_FILES = 2_000;
  private static final int QUICK_TREE_FILES = 100;

  /// Seeds the changes of a next version.
  static final long CHANGE_SEED = 5;

  public Scale {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: " + rounds + ", expected 1 or more");
    }
  }

  /// The canonical workload: a disk of 2 GiB that is half full, and 5 % of that changed.
  public static Scale full() {
    return new Scale(new DiskImage(2L << 30, 1L << 30, SEED), 0.05, ROUNDS, false, "");
  }

  /// The same in small.
  public static Scale small() {
    return new Scale(new DiskImage(32L << 20, 16L << 20, SEED), 0.05, 1, true, "");
  }

  /// The directory that is landed.
  FileTree tree() {
    return new FileTree(quick ? QUICK_TREE_FILES : TREE_FILES, SEED);
  }

  /// The same with a disk of another size, half full.
  public Scale withMib(int mib) {
    long bytes = (long) mib << 20;
    return new Scale(new DiskImage(bytes, bytes / 2, SEED), changedShare, rounds, quick, link);
  }

  /// The same with other rounds.
  public Scale withRounds(int n) {
    return new Scale(image, changedShare, n, quick, link);
  }

  /// The same over a network of that rate.
  public Scale withLink(String rate) {
    return new Scale(image, changedShare, rounds, quick, rate);
  }
}
