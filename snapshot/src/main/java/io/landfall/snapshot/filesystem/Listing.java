package io.landfall.snapshot.filesystem;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The files found so far, and the bounds that no image talks its way around.
final class Listing {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NAME_CHARS = 255;

  private static final int MAX_BLOCKS = 4_000_000;

  private final int maxFiles;
  private final List<FileEntry> files = new ArrayList<>();
  private int blocks;
  private final Set<Long> directories = new HashSet<>();

  Listing(int maxFiles) {
    this.maxFiles = maxFiles;
  }

  List<FileEntry> files() {
    return files;
  }

  void add(FileEntry file) throws IOException {
    if (files.size() == maxFiles) {
      throw new CorruptImageException(
          Reason.OVER_LIMIT, "more than " + maxFiles + " files; the rest is left out");
    }
    files.add(file);
  }

  /// Whether directory `id` is to be gone into: once, and not too deep.
  boolean enter(long id, int depth) {
    return depth <= MAX_DEPTH && directories.add(id);
  }

  /// Counts the blocks of directories, which may be holes and cost an image nothing.
  void block() throws IOException {
    if (++blocks > MAX_BLOCKS) {
      throw new CorruptImageException(
          Reason.OVER_LIMIT, "directories of more than " + MAX_BLOCKS + " blocks");
    }
  }

  static String printable(String name) {
    String clean = name.replaceAll("[\\p{Cntrl}/]", "?");
    return clean.length() > MAX_NAME_CHARS ? clean.substring(0, MAX_NAME_CHARS) : clean;
  }
}
