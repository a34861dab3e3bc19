package io.landfall.snapshot.format.file;

/// Names found in images, made fit for a message.
public final class Labels {
  private static final int MAX_CHARS = 80;

  private Labels() {}

  /// Without control characters, and not longer than a line: the name is a stranger's text.
  public static String printable(String name) {
    String shown = name.replaceAll("[\\p{Cntrl}\"]", "?");
    return shown.length() <= MAX_CHARS ? shown : shown.substring(0, MAX_CHARS) + "…";
  }
}
