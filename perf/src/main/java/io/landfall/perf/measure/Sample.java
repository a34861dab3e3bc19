package io.landfall.perf.measure;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What one run took.
///
/// @param seconds until the program said it was done
/// @param secondsToDisk until what it wrote was durable; the same for who waits for the disk itself
/// @param cpuSeconds of all processes that worked for it, on both sides
/// @param servingCpuSeconds the part of the sending side; 0 where there is only one side
/// @param wireBytes that went over the loopback, headers included; 0 where nothing did
/// @param othersCores processors that were busy meanwhile with something else
/// @param figures what the program itself told, by name
public record Sample(
    double seconds,
    double secondsToDisk,
    double cpuSeconds,
    double servingCpuSeconds,
    long wireBytes,
    double othersCores,
    SortedMap<String, Double> figures) {

  public Sample {
    figures = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(figures));
  }

  /// The same with more figures.
  public Sample with(Map<String, Double> more) {
    SortedMap<String, Double> all = new TreeMap<>(figures);
    all.putAll(more);
    return new Sample(
        seconds, secondsToDisk, cpuSeconds, servingCpuSeconds, wireBytes, othersCores, all);
  }
}
