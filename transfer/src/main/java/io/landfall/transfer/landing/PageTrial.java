package io.landfall.transfer.landing;

/// Decides whether it pays to ask for the checksums of pages before a range is pulled.
///
/// Asking costs both sides a read and a checksum of every page: about a second for each 0.9 GB of
/// chunks that changed. It saves what of them did not change, so it pays on a link that brings less
/// than a third of that. How fast the link is, the first wanted bytes tell: some of them are pulled
/// as they are, in pieces that grow until one is large enough to be believed. Half a mebibyte that
/// took long says enough, so that a slow link carries little that it need not.
///
/// Not thread-safe; the caller brings the clock.
final class PageTrial {
  /// A link that brings more is not to be asked: more than 2 Gbit/s.
  static final double FAST_BYTES_PER_SECOND = 300e6;

  private static final double NANOS = 1e9;

  /// The pieces, and the share of the fast rate below which each of them proves a slow link: in a
  /// small one a moment's wait counts for much.
  private static final long[] PIECES = {512 << 10, 2 << 20, 8 << 20};

  private static final double[] SLOW = {0.125, 0.5, 1};

  private final double fastBytesPerSecond;
  private int piece;
  private boolean pays;
  private boolean decided;

  private PageTrial(double fastBytesPerSecond) {
    this.fastBytesPerSecond = fastBytesPerSecond;
  }

  /// One that measures.
  static PageTrial measuring() {
    return new PageTrial(FAST_BYTES_PER_SECOND);
  }

  /// One that needs no trial: it pays.
  static PageTrial paying() {
    PageTrial trial = new PageTrial(Double.POSITIVE_INFINITY);
    trial.decide(true);
    return trial;
  }

  /// How much is to be pulled next to find out; 0 when that is known.
  long nextBytes() {
    return decided ? 0 : PIECES[piece];
  }

  /// So much was pulled in that time: a whole piece, unless there was not so much left.
  void pulled(long bytes, long nanos) {
    if (decided) {
      return;
    }
    double rate = bytes * NANOS / Math.max(1, nanos);
    if (rate >= fastBytesPerSecond) {
      decide(false);
    } else if (rate < fastBytesPerSecond * SLOW[piece]) {
      decide(true);
    } else {
      piece++;
    }
  }

  private void decide(boolean itPays) {
    decided = true;
    pays = itPays;
  }

  /// Whether asking pays, as far as is known.
  boolean pays() {
    return pays;
  }
}
