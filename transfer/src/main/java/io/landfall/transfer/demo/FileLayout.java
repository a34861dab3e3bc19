package io.landfall.transfer.demo;

import java.io.IOException;

/// Where a file system of some age has put its files: many small ones, a few large ones that hold
/// most of the bytes, free space between. One file in ten is one of a few, again.
final class FileLayout {
  private static final long BLOCK = 4096;
  private static final int MEDIAN_BLOCKS = 12;
  private static final int MAX_BLOCKS = 4096;
  private static final int COPY_ONE_IN = 10;
  private static final int ORIGINALS = 6;

  /// From this size on, files begin at multiples of it, as allocators of file systems do.
  private static final long ALIGNED = 256 << 10;

  private final Noise noise;
  private final long start;
  private final long room;
  private final long data;

  FileLayout(long seed, long start, long room, long data) {
    this.noise = new Noise(seed);
    this.start = start;
    this.room = room;
    this.data = data;
  }

  /// Takes one file.
  @FunctionalInterface
  interface FileVisitor {
    void file(long offset, long length, long content) throws IOException;
  }

  /// All files in the order of their places.
  void forEach(FileVisitor visitor) throws IOException {
    long at = start;
    long dataLeft = data;
    long freeLeft = room - data;
    while (dataLeft > 0) {
      long length = Math.min(dataLeft, fileBytes());
      long gap = gap(at, length, freeLeft, dataLeft);
      at += gap;
      freeLeft -= gap;
      visitor.file(at, length, content());
      at += length;
      dataLeft -= length;
    }
  }

  /// Log-normal-like: the product of a few even choices.
  private long fileBytes() {
    double factor = Math.pow(2, 9 * (noise.unit() + noise.unit() - 1));
    return Math.clamp((long) (MEDIAN_BLOCKS * factor), 1, MAX_BLOCKS) * BLOCK;
  }

  /// Free space in proportion, spread unevenly, so that it lasts until the end.
  private long gap(long at, long length, long freeLeft, long dataLeft) {
    double even = (double) freeLeft * length / dataLeft;
    long gap = (long) (even * 2 * noise.unit()) / BLOCK * BLOCK;
    if (length >= ALIGNED) {
      gap += (ALIGNED - (at + gap) % ALIGNED) % ALIGNED;
    }
    return Math.min(gap, freeLeft);
  }

  /// A file's content is a number: where it is equal, the shorter file is the longer one's start.
  private long content() {
    return noise.below(COPY_ONE_IN) == 0 ? noise.below(ORIGINALS) : noise.next();
  }
}
