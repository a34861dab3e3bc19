package io.landfall.perf.bench;

import io.landfall.perf.measure.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Collects figures in the order in which they first come; what comes again makes the spread.
final class Figures {
  private record Key(String table, String row, String column, String unit, boolean moreIsBetter) {}

  private final Map<Key, List<Double>> values = new LinkedHashMap<>();

  /// Adds a value of which less is better.
  void add(String table, String row, String column, String unit, Number value) {
    add(new Key(table, row, column, unit, false), value);
  }

  /// Adds a value of which more is better.
  void addRate(String table, String row, String column, String unit, Number value) {
    add(new Key(table, row, column, unit, true), value);
  }

  private void add(Key key, Number value) {
    values.computeIfAbsent(key, _ -> new ArrayList<>()).add(value.doubleValue());
  }

  List<Figure> all() {
    List<Figure> all = new ArrayList<>();
    values.forEach((key, some) ->
        all.add(
            new Figure(
                key.table, key.row, key.column, key.unit, key.moreIsBetter, Spread.of(some))));
    return all;
  }
}
