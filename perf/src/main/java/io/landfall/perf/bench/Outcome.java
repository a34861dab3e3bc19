package io.landfall.perf.bench;

import io.landfall.perf.contest.Result;
import io.landfall.perf.micro.MicroResult;
import java.util.List;

/// What a bench found.
///
/// @param data what it ran on, in a sentence
/// @param network congestion control and whose loopback
/// @param priority whether the measured went before others
/// @param absent peers that are not installed here
/// @param results of the contest
/// @param micro results of micro benchmarks
public record Outcome(
    String data,
    String network,
    String priority,
    List<String> absent,
    List<Result> results,
    List<MicroResult> micro) {}
