package io.landfall.perf.contest;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Something that several programs can do.
///
/// @param name one word or two, unique in its bench
/// @param what is done, as a sentence for the report
/// @param bytes that a rate refers to: the data that the job is about
/// @param sources files and directories to have in the page cache before each run
/// @param result what the file or directory that a contender leaves must be equal to; empty if it
///   leaves none
public record Job(String name, String what, long bytes, List<Path> sources, Optional<Path> result) {

  public Job {
    sources = List.copyOf(sources);
  }
}
