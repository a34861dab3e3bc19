package io.landfall.perf.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// What its user chose for a bench.
///
/// @param scale how large and how often
/// @param mib size of the disk, where the user named one
/// @param directory below which the data is made
/// @param guest a raw disk that boots, for `lazy`
/// @param service what that guest writes when it is at its service
/// @param memory states of one guest's memory, for `series`; empty if some are to be made
/// @param images states of one disk, for `series`; empty if some are to be made
/// @param choice which part of it; for benches that are contests
/// @param course how many rounds there is time for, and who sees what they measured
/// @param log hears of progress
public record BenchSettings(
    Scale scale,
    OptionalInt mib,
    Path directory,
    Optional<Path> guest,
    String service,
    List<Path> memory,
    List<Path> images,
    Choice choice,
    Course course,
    Consumer<String> log) {
  /// The same with another course.
  BenchSettings with(Course other) {
    return new BenchSettings(
        scale, mib, directory, guest, service, memory, images, choice, other, log);
  }
}
