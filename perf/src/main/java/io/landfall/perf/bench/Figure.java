package io.landfall.perf.bench;

import io.landfall.perf.measure.Spread;

/// One figure of a bench that is no contest in time.
///
/// @param table that it stands in; empty where the bench has one table only
/// @param row what it was measured of
/// @param column what was measured
/// @param unit of the value
/// @param moreIsBetter whether a greater value is a better one
/// @param value over all rounds
public record Figure(
    String table, String row, String column, String unit, boolean moreIsBetter, Spread value) {}
