package io.landfall.transfer.config;

/// A place in a source text, as editors and compilers write it.
///
/// @param file the name a user would recognise, or a word such as `environment` for what has no
///   file
/// @param line counted from 1; 0 where there is no file
/// @param column counted from 1 in characters; 0 where there is no file
public record Location(String file, int line, int column) {

  /// A place that is no file, such as the environment or a command line.
  public static Location outside(String what) {
    return new Location(what, 0, 0);
  }

  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line + ":" + column;
  }
}
