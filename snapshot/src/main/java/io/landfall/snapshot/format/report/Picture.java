package io.landfall.snapshot.format.report;

import java.util.ArrayList;
import java.util.List;

/// A disk as lines of characters, each for one region of it.
///
/// A region that has two kinds of content is `+`, so that a small island is seen however large the
/// disk is.
public final class Picture {
  private static final char MIXED = '+';

  private final long regionBytes;
  private final char[] regions;

  /// @param sizeBytes of the disk
  /// @param cells characters at most
  public Picture(long sizeBytes, int cells) {
    this.regionBytes = Math.max(1, Math.ceilDiv(sizeBytes, cells));
    this.regions = new char[(int) Math.ceilDiv(sizeBytes, regionBytes)];
  }

  /// Bytes of the disk that one character stands for.
  public long regionBytes() {
    return regionBytes;
  }

  /// Draws a run of bytes.
  public void draw(long offset, long length, char kind) {
    long last = (offset + length - 1) / regionBytes;
    for (int region = (int) (offset / regionBytes); region <= last; region++) {
      char there = regions[region];
      regions[region] = there == 0 || there == kind ? kind : MIXED;
    }
  }

  /// Fills what was not drawn, and cuts it into lines.
  public List<String> lines(int width, char background) {
    String all = new String(regions).replace('\0', background);
    List<String> lines = new ArrayList<>();
    for (int at = 0; at < all.length(); at += width) {
      lines.add(all.substring(at, Math.min(all.length(), at + width)));
    }
    return lines;
  }
}
