package io.landfall.perf.cli;

import io.landfall.perf.bench.BenchKind;
import io.landfall.perf.bench.BenchSettings;
import io.landfall.perf.bench.Budget;
import io.landfall.perf.bench.Course;
import io.landfall.perf.bench.Outcome;
import io.landfall.perf.report.Machine;
import io.landfall.perf.report.Report;
import io.landfall.perf.report.SuiteReport.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// One bench of a run: keeps to its part of the time, tells how far it is, and shows its report
/// whenever there is more in it.
final class BenchRun {
  /// Shows what is there of a bench.
  interface Shown {
    void show(Entry entry) throws IOException;
  }

  private static final long SELDOM_NANOS = 5_000_000_000L;

  private final BenchKind kind;
  private final BenchOptions options;
  private final Budget budget;
  private final Interruption interruption;
  private final Consumer<String> log;
  private final Shown shown;
  private final Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final double loadBefore = Machine.load();
  private final long began = System.nanoTime();
  private final Machine machine;
  private Optional<Report> latest = Optional.empty();
  private long shownAt = System.nanoTime();

  BenchRun(
      BenchKind kind,
      BenchOptions options,
      Budget budget,
      Interruption interruption,
      Consumer<String> log,
      Shown shown)
      throws IOException {
    this.kind = kind;
    this.options = options;
    this.budget = budget;
    this.interruption = interruption;
    this.log = log;
    this.shown = shown;
    this.machine = options.machine();
  }

  /// Runs it; the end of it is shown as well. A failure is an entry too, with what was measured
  /// before.
  ///
  /// @param below a directory for all that it makes
  Entry run(Path below) throws IOException {
    budget.begin();
    Entry entry;
    try {
      Outcome outcome = kind.run(settings(below));
      entry = Entry.of(seconds(), report(outcome));
    } catch (IOException | RuntimeException e) {
      entry = Entry.partly(kind.toString(), seconds(), why(e), latest);
    }
    budget.end();
    shown.show(entry);
    return entry;
  }

  private BenchSettings settings(Path below) {
    return options.settings(
        below,
        new Part(Double.POSITIVE_INFINITY, outcome -> outcome),
        line -> {
          interruption.check();
          log.accept(line);
        });
  }

  private String why(Exception failure) {
    if (interruption.asked()) {
      return Interruption.Stopped.WHY;
    }
    String said = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    return said.lines().findFirst().orElse(failure.toString());
  }

  private double seconds() {
    return (System.nanoTime() - began) / 1e9;
  }

  private Report report(Outcome outcome) {
    return new Report(
        Report.FORMAT,
        kind.toString(),
        started,
        options.quick(),
        Math.max(1, outcome.rounds()),
        machine,
        loadBefore,
        Machine.load(),
        outcome);
  }

  /// @param always though it was shown a moment ago
  private void showSoFar(Outcome outcome, boolean always) {
    if (outcome.isEmpty()) {
      return;
    }
    latest = Optional.of(report(outcome));
    if (!always && System.nanoTime() - shownAt < SELDOM_NANOS) {
      return; // the next row, or the end of the bench, has it
    }
    shownAt = System.nanoTime();
    try {
      shown.show(Entry.partly(kind.toString(), seconds(), "still running", latest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// How far a run is: minutes gone, and about how many are left.
  static String clock(Budget budget) {
    return String.format(
        Locale.ROOT,
        "%.0f min gone, about %.0f left",
        budget.goneSeconds() / 60,
        budget.leftSeconds() / 60);
  }

  /// A part of the bench, with an end of its own.
  private final class Part implements Course {
    private final double end;
    private final Function<Outcome, Outcome> whole;

    Part(double end, Function<Outcome, Outcome> whole) {
      this.end = end;
      this.whole = whole;
    }

    @Override
    public boolean hasTime(int rounds, Outcome soFar) {
      boolean time = budget.hasTime(rounds, end);
      interruption.check();
      showSoFar(whole.apply(soFar), true);
      log.accept(
          "-- %s: %s done; %s"
              .formatted(kind, rounds == 0 ? "warm-up" : "round " + rounds, clock(budget)));
      return time;
    }

    @Override
    public void show(Outcome soFar) {
      showSoFar(whole.apply(soFar), false);
    }

    @Override
    public Course part(int parts, Function<Outcome, Outcome> ofPart) {
      return new Part(budget.partEnds(parts, end), outcome -> whole.apply(ofPart.apply(outcome)));
    }
  }
}
