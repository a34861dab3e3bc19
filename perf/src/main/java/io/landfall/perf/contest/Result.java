package io.landfall.perf.contest;

import io.landfall.perf.measure.Sample;
import io.landfall.perf.measure.Spread;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/// What one contender needed for one job.
///
/// @param job its name
/// @param what the job is, as a sentence
/// @param bytes that a rate refers to
/// @param contender its name
/// @param version of it
/// @param how it was done, in a line
/// @param seconds until it said it was done
/// @param secondsToDisk until the result was durable
/// @param cpuSeconds of both sides
/// @param servingCpuSeconds of the sending side
/// @param wireBytes over the loopback
/// @param othersCores processors that were busy with something else
/// @param figures what it told itself, by name
public record Result(
    String job,
    String what,
    long bytes,
    String contender,
    String version,
    String how,
    Spread seconds,
    Spread secondsToDisk,
    Spread cpuSeconds,
    Spread servingCpuSeconds,
    Spread wireBytes,
    Spread othersCores,
    SortedMap<String, Spread> figures) {

  static Result of(Job job, String contender, String version, String how, List<Sample> samples) {
    return new Result(
        job.name(),
        job.what(),
        job.bytes(),
        contender,
        version,
        how,
        spread(samples, Sample::seconds),
        spread(samples, Sample::secondsToDisk),
        spread(samples, Sample::cpuSeconds),
        spread(samples, Sample::servingCpuSeconds),
        spread(samples, sample -> (double) sample.wireBytes()),
        spread(samples, Sample::othersCores),
        figures(samples));
  }

  /// The same, of a job that is called otherwise.
  public Result ofJob(String name) {
    return new Result(
        name,
        what,
        bytes,
        contender,
        version,
        how,
        seconds,
        secondsToDisk,
        cpuSeconds,
        servingCpuSeconds,
        wireBytes,
        othersCores,
        figures);
  }

  private static Spread spread(List<Sample> samples, ToDoubleFunction<Sample> value) {
    return Spread.of(samples.stream().map(value::applyAsDouble).toList());
  }

  private static SortedMap<String, Spread> figures(List<Sample> samples) {
    Collection<String> names = new TreeSet<>();
    samples.forEach(sample -> names.addAll(sample.figures().keySet()));
    SortedMap<String, Spread> figures = new TreeMap<>();
    for (String name : names) {
      figures.put(name, spread(samples, sample -> sample.figures().getOrDefault(name, 0.0)));
    }
    return figures;
  }
}
