package io.landfall.perf.report;

import io.landfall.perf.bench.Outcome;
import io.landfall.perf.contest.Result;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// What surrounds the figures, by name, for whichever format; what is empty is left out.
final class Facts {
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Facts() {}

  static String when(Instant started) {
    return MINUTES.format(started);
  }

  /// Date and rounds, in a sentence.
  static String run(Report report) {
    Outcome outcome = report.outcome();
    boolean warmedUp =
        !report.quick() && !(outcome.results().isEmpty() && outcome.micro().isEmpty());
    return String.format(
        Locale.ROOT,
        "%s; %d round%s%s; median [min–max].",
        when(report.started()),
        report.rounds(),
        report.rounds() == 1 ? "" : "s",
        warmedUp ? " after a warm-up" : "");
  }

  static Map<String, String> of(Machine machine) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(
        "Machine",
        String.format(
            Locale.ROOT,
            "%s, %d cores, %.0f GiB, %s, %s",
            machine.cpu(),
            machine.cores(),
            machine.memoryBytes() / Tables.MIB / 1024,
            machine.kernel(),
            machine.fileSystem()));
    facts.put("JVM", machine.jdk() + "; `" + String.join(" ", machine.jvmOptions()) + "`");
    return facts;
  }

  static Map<String, String> of(Report report) {
    Outcome outcome = report.outcome();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(
        "Load",
        String.format(
            Locale.ROOT, "%.1f before, %.1f after", report.loadBefore(), report.loadAfter()));
    facts.put("Data", outcome.data());
    facts.put("Network", outcome.network());
    facts.put("Priority", outcome.priority());
    facts.put("Not installed here", String.join(", ", outcome.absent()));
    facts.values().removeIf(String::isEmpty);
    return facts;
  }

  /// How each contender did its jobs, and its version; what it did in one way for several, once.
  static Map<String, String> how(Outcome outcome) {
    Map<String, Result> first = new LinkedHashMap<>();
    for (Result result : outcome.results()) {
      first.putIfAbsent(result.contender() + ": " + result.how(), result);
    }
    Map<String, String> how = new LinkedHashMap<>();
    for (Result result : first.values()) {
      how.put(
          "%s, %s (%s)".formatted(result.contender(), result.job(), result.version()),
          result.how());
    }
    return how;
  }
}
