package io.landfall.perf.measure;

import java.util.Arrays;
import java.util.Collection;

/// Several measurements of one thing. The median, because one round that the machine disturbed must
/// not move the figure; the extremes, because the reader must see that there was one.
///
/// @param median the middle one, or the mean of the middle two
/// @param min the least
/// @param max the greatest
/// @param count how many there were
public record Spread(double median, double min, double max, int count) {

  public Spread {
    if (count < 1 || !(min <= median && median <= max)) {
      throw new IllegalArgumentException(
          "spread: %s <= %s <= %s of %d, expected an order and at least one"
              .formatted(min, median, max, count));
    }
  }

  /// The spread of `values`, at least one, none of them NaN.
  public static Spread of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0 || Double.isNaN(sorted[sorted.length - 1])) {
      throw new IllegalArgumentException("values: " + values + ", expected one or more numbers");
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }

  /// The spread of `values`.
  public static Spread of(double... values) {
    return of(Arrays.stream(values).boxed().toList());
  }

  /// How far the extremes are apart, as a share of the median; 0 where the median is 0.
  public double relativeWidth() {
    return median == 0 ? 0 : (max - min) / median;
  }
}
