package io.landfall.perf.report;

import io.landfall.perf.bench.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.function.ToIntFunction;
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
    write(file, json(this));
  }

  /// The same as Markdown.
  public void writeMarkdown(Path file) throws IOException {
    write(file, Markdown.of(this));
  }

  /// Whole or not at all: a run that is killed leaves the report before.
  static void write(Path file, String text) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(beside, text);
    Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  static String json(Object report) {
    return JSON.writeValueAsString(report) + "\n";
  }

  /// Reads what [#writeJson] wrote.
  ///
  /// @throws IOException if the file is of another format
  public static Report readJson(Path file) throws IOException {
    return read(file, Report.class, Report::format);
  }

  /// The reports in a file: the one, or those of all benches that [SuiteReport#write] wrote.
  ///
  /// @throws IOException if the file is of another format
  public static List<Report> readAll(Path file) throws IOException {
    if (JSON.readTree(Files.readString(file)).has("entries")) {
      return SuiteReport.readJson(file).entries().stream()
          .flatMap(entry -> entry.reports().stream())
          .toList();
    }
    return List.of(readJson(file));
  }

  static <T> T read(Path file, Class<T> type, ToIntFunction<T> format) throws IOException {
    T report = JSON.readValue(Files.readString(file), type);
    if (format.applyAsInt(report) != FORMAT) {
      throw new IOException(
          file + ": format " + format.applyAsInt(report) + ", expected " + FORMAT);
    }
    return report;
  }
}
