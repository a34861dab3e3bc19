package io.landfall.transfer.landing;

import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which parts of an image a guest read first, in that order: what the next guest of the same image
/// will want first, on whatever host.
///
/// As text, one run of blocks of 64 KiB a line:
///
/// ```
/// landfall-boot-profile 1
/// 0 3
/// 8192 1
/// ```
///
/// @param ranges in the order of their first reads; whole blocks
public record BootProfile(List<Range> ranges) {
  /// The grain of a profile.
  public static final int BLOCK_BYTES = 64 << 10;

  /// Nothing is known.
  public static final BootProfile EMPTY = new BootProfile(List.of());

  /// 4 GiB of first reads; a guest that reads more is not booting any more.
  static final int MAX_BLOCKS = 1 << 16;

  private static final String HEADER = "landfall-boot-profile 1";
  private static final int MAX_TEXT_CHARS = 2 << 20;
  private static final long MAX_BLOCK = 1L << 32;
  private static final Pattern RUN = Pattern.compile("(\\d{1,10}) (\\d{1,5})");

  public BootProfile {
    ranges = List.copyOf(ranges);
  }

  /// Reads the text form, which may have come from another host.
  ///
  /// @throws IOException naming the line that is none
  public static BootProfile parse(String text) throws IOException {
    if (text.length() > MAX_TEXT_CHARS) {
      throw new IOException("boot profile: longer than " + MAX_TEXT_CHARS + " characters");
    }
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw new IOException("boot profile: expected \"" + HEADER + "\" in its first line");
    }
    List<Range> ranges = new ArrayList<>();
    long blocks = 0;
    for (int i = 1; i < lines.size(); i++) {
      Matcher run = RUN.matcher(lines.get(i));
      if (!run.matches()) {
        throw new IOException("boot profile: line " + (i + 1) + " is no \"BLOCK COUNT\"");
      }
      long count = Long.parseLong(run.group(2));
      blocks += count;
      long first = Long.parseLong(run.group(1));
      if (blocks > MAX_BLOCKS || first > MAX_BLOCK) {
        throw new IOException(
            "boot profile: line %d is beyond %d blocks in all, or block %d"
                .formatted(i + 1, MAX_BLOCKS, MAX_BLOCK));
      }
      ranges.add(new Range(first * BLOCK_BYTES, count * BLOCK_BYTES));
    }
    return new BootProfile(ranges);
  }

  /// The text form.
  public String toText() {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (Range range : ranges) {
      text.append(range.offset() / BLOCK_BYTES).append(' ');
      text.append(range.length() / BLOCK_BYTES).append('\n');
    }
    return text.toString();
  }

  /// Bytes in it.
  public long bytes() {
    return ranges.stream().mapToLong(Range::length).sum();
  }

  /// Notes first reads. Any thread.
  static final class Recorder {
    private final BitSet seen = new BitSet(); // guarded by this
    private final List<Range> ranges = new ArrayList<>(); // guarded by this

    synchronized void read(long offset, long length) {
      long last = (offset + length - 1) / BLOCK_BYTES;
      for (long block = offset / BLOCK_BYTES; block <= last; block++) {
        if (block < Integer.MAX_VALUE
            && seen.cardinality() < MAX_BLOCKS
            && !seen.get((int) block)) {
          seen.set((int) block);
          add(new Range(block * BLOCK_BYTES, BLOCK_BYTES));
        }
      }
    }

    /// Whether any of it was read; true also where it cannot be told.
    synchronized boolean mayHaveSeen(Range range) {
      long last = (range.end() - 1) / BLOCK_BYTES;
      boolean any = seen.cardinality() >= MAX_BLOCKS || last >= Integer.MAX_VALUE;
      for (long block = range.offset() / BLOCK_BYTES; block <= last && !any; block++) {
        any = seen.get((int) block);
      }
      return any;
    }

    private void add(Range block) {
      if (!ranges.isEmpty() && ranges.getLast().end() == block.offset()) {
        Range before = ranges.removeLast();
        ranges.add(Range.between(before.offset(), block.end()));
      } else {
        ranges.add(block);
      }
    }

    synchronized BootProfile profile() {
      return new BootProfile(ranges);
    }
  }
}
