package io.landfall.perf.report;

import io.landfall.perf.bench.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// One run of one bench.
///
/// @param format of this file: 1
/// @param bench its name
/// @param started when
/// @param quick whether it was made to show that all runs, and measures nothing
/// @param rounds that counted
/// @param machine where
/// @param loadBefore of the machine, when the bench started
/// @param loadAfter of the machine, when it ended; the bench itself is part of it
/// @param outcome the figures
public record Report(
    int format,
    String bench,
    Instant started,
    boolean quick,
    int rounds,
    Machine machine,
    double loadBefore,
    double loadAfter,
    Outcome outcome) {
  /// The format that is written.
  public static final int FORMAT = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /// Writes it as JSON.
  public void writeJson(Path file) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(this) + "\n");
  }

  /// Reads what [#writeJson] wrote.
  ///
  /// @throws IOException if the file is of another format
  public static Report readJson(Path file) throws IOException {
    Report report = JSON.readValue(Files.readString(file), Report.class);
    if (report.format != FORMAT) {
      throw new IOException(file + ": format " + report.format + ", expected " + FORMAT);
    }
    return report;
  }
}
