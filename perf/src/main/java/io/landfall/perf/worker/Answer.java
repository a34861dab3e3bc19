package io.landfall.perf.worker;

import java.util.Map;

/// What a worker says to an order: figures by name, or why it failed.
///
/// @param error empty if the order was carried out
/// @param figures what there is to tell beside the time
public record Answer(String error, Map<String, Double> figures) {
  static Answer of(Map<String, Double> figures) {
    return new Answer("", figures);
  }

  static Answer failed(Throwable failure) {
    return new Answer(failure.toString(), Map.of());
  }
}
