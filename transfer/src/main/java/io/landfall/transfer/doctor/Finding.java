package io.landfall.transfer.doctor;

/// One thing that was looked at.
///
/// @param subject what was looked at, in two or three words
/// @param level how bad it is
/// @param found what was found, with figures
/// @param costs what it costs; empty if nothing
/// @param mend how to mend it; empty if nothing is to be mended
public record Finding(String subject, Level level, String found, String costs, String mend) {

  /// How bad a finding is.
  public enum Level {
    /// As it should be.
    GOOD,
    /// It works, and something is slower, larger or less safe than it could be.
    COSTS,
    /// Something that the configuration asks for does not work.
    BROKEN
  }

  static Finding good(String subject, String found) {
    return new Finding(subject, Level.GOOD, found, "", "");
  }

  static Finding costs(String subject, String found, String costs, String mend) {
    return new Finding(subject, Level.COSTS, found, costs, mend);
  }

  static Finding broken(String subject, String found, String costs, String mend) {
    return new Finding(subject, Level.BROKEN, found, costs, mend);
  }
}
