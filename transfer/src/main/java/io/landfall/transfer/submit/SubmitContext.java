package io.landfall.transfer.submit;

import io.landfall.transfer.config.FileLookup;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Set;

/// What a submit file may refer to beyond its own text.
///
/// @param workingDirectory full path; relative names start here
/// @param files the submit host's files
/// @param macros names with values from the configuration; a file's own assignments replace them
/// @param environment for `$ENV(…)`
/// @param submitTime for `$(SUBMIT_TIME)`, `$(Year)`, …
/// @param clusterId the number of the first cluster
/// @param seed of random macro functions
/// @param imageFormats words that a `vm_disk` format may be; empty: any
public record SubmitContext(
    Path workingDirectory,
    FileLookup files,
    Map<String, String> macros,
    Map<String, String> environment,
    ZonedDateTime submitTime,
    int clusterId,
    long seed,
    Set<String> imageFormats) {

  /// Copies the collections.
  public SubmitContext {
    workingDirectory = workingDirectory.toAbsolutePath().normalize();
    macros = Map.copyOf(macros);
    environment = Map.copyOf(environment);
    imageFormats = Set.copyOf(imageFormats);
  }

  /// This machine, this process, now.
  public static SubmitContext here() {
    ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
    return new SubmitContext(
        Path.of(""),
        FileLookup.system(),
        Map.of(),
        System.getenv(),
        now,
        1,
        now.toInstant().toEpochMilli(),
        Set.of());
  }

  /// The same with another working directory.
  public SubmitContext in(Path directory) {
    return new SubmitContext(
        directory, files, macros, environment, submitTime, clusterId, seed, imageFormats);
  }

  /// The same with other files.
  public SubmitContext withFiles(FileLookup other) {
    return new SubmitContext(
        workingDirectory, other, macros, environment, submitTime, clusterId, seed, imageFormats);
  }

  /// The same with other macros.
  public SubmitContext withMacros(Map<String, String> other) {
    return new SubmitContext(
        workingDirectory, files, other, environment, submitTime, clusterId, seed, imageFormats);
  }

  /// The same with the environment of the user who submits, for an agent that reads the file in its
  /// own process.
  public SubmitContext withEnvironment(Map<String, String> other) {
    return new SubmitContext(
        workingDirectory, files, macros, other, submitTime, clusterId, seed, imageFormats);
  }

  /// The same with another first cluster.
  public SubmitContext withClusterId(int first) {
    return new SubmitContext(
        workingDirectory, files, macros, environment, submitTime, first, seed, imageFormats);
  }

  /// The same with a list of the formats that a disk may have.
  public SubmitContext withImageFormats(Set<String> words) {
    return new SubmitContext(
        workingDirectory, files, macros, environment, submitTime, clusterId, seed, words);
  }
}
