package io.landfall.transfer.daemon;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.InvalidConfigurationException;
import java.util.Locale;

/// What an agent logs, and how.
///
/// @param format `LANDFALL_LOG_FORMAT`
/// @param level `LANDFALL_LOG_LEVEL`: this and what is worse
public record Logging(Format format, System.Logger.Level level) {
  static final String FORMAT = "LANDFALL_LOG_FORMAT";
  static final String LEVEL = "LANDFALL_LOG_LEVEL";

  /// What a line looks like.
  public enum Format {
    /// For people.
    TEXT,
    /// One JSON object, for programs.
    JSON
  }

  /// Reads both settings.
  ///
  /// @throws InvalidConfigurationException naming the setting, where it was set, and what would be
  ///   right
  public static Logging read(Configuration configuration) throws InvalidConfigurationException {
    return new Logging(
        word(configuration, FORMAT, Format.class, Format.TEXT, "text or json"),
        word(
            configuration,
            LEVEL,
            System.Logger.Level.class,
            System.Logger.Level.INFO,
            "ERROR, WARNING, INFO, DEBUG or TRACE"));
  }

  private static <E extends Enum<E>> E word(
      Configuration configuration, String name, Class<E> type, E standard, String expected)
      throws InvalidConfigurationException {
    try {
      return Enum.valueOf(
          type, configuration.text(name, standard.name()).strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw Configuration.refused(configuration.find(name).orElseThrow(), expected);
    }
  }
}
