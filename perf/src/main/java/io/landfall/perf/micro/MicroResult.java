package io.landfall.perf.micro;

import io.landfall.perf.measure.Spread;

/// What a micro benchmark found.
///
/// @param name class, method and parameters
/// @param unit of the score; more is better
/// @param score over all measured iterations
public record MicroResult(String name, String unit, Spread score) {}
