package io.landfall.perf.contest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// A program that does some of the jobs of a bench. Owns its servers; closing ends them. One
/// thread.
public interface Contender extends AutoCloseable {

  /// What it is called in the report.
  String name();

  /// Which version it is.
  String version();

  /// How it does this job, in a line; empty if it does not do it.
  Optional<String> how(Job job);

  /// What must be there before the clock starts. Called just before each run.
  ///
  /// @param work a directory for this contender and round, empty at the round's first job
  default void prepare(Job job, Path work) throws IOException {}

  /// Does the job while the clock runs.
  ///
  /// @return figures that it can tell, by name
  Map<String, Double> run(Job job, Path work) throws IOException;

  /// Ends what the program does behind its answer, after the clock has stopped.
  ///
  /// @return more figures, by name
  default Map<String, Double> settle(Job job) throws IOException {
    return Map.of();
  }

  /// The file or directory that the job left, if its content is to be checked.
  default Path result(Job job, Path work) {
    return work.resolve(job.name() + ".raw");
  }

  /// Whether it keeps the modes of a directory's files, and their times to the nanosecond; who does
  /// not is held to names and contents.
  default boolean keepsModesAndTimes() {
    return true;
  }

  /// Bytes that its repository takes after this job; empty if it keeps none.
  default Optional<Path> repository(Path work) {
    return Optional.empty();
  }

  /// The process of the sending side, for its processor time.
  default Optional<ProcessHandle> serving() {
    return Optional.empty();
  }

  @Override
  default void close() throws IOException {}
}
