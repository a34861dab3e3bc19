package io.landfall.perf.bench;

import io.landfall.perf.micro.MicroBench;
import java.io.IOException;
import java.util.Locale;

/// All benches, in the order in which `all` runs them.
public enum BenchKind {
  IMAGE,
  NBD,
  STORE,
  TRANSFER,
  LINKS,
  SWARM,
  CHECKPOINT,
  LAZY,
  SERIES,
  SCALE,
  MICRO;

  /// Runs it; what it made is deleted at the end.
  public Outcome run(BenchSettings settings) throws IOException {
    Scale scale = settings.scale();
    return switch (this) {
      case IMAGE -> new ImageBench(scale, settings.log()).run(settings);
      case NBD -> new NbdBench(scale, settings.log()).run(settings);
      case STORE -> new StoreBench(scale, settings.log()).run(settings);
      case TRANSFER -> new TransferBench(scale, settings.log()).run(settings);
      case LINKS -> LinksBench.run(settings);
      case SWARM -> new SwarmBench(settings).run();
      case CHECKPOINT -> RowOutcomes.checkpoint(settings);
      case LAZY -> RowOutcomes.lazy(settings);
      case SERIES -> RowOutcomes.series(settings);
      case SCALE -> RowOutcomes.scale(settings);
      case MICRO -> Outcome.ofMicro(MicroBench.run(scale.rounds(), scale.quick()));
    };
  }

  /// What it takes, roughly, on two processors with all peers installed.
  ///
  /// @param guest whether there is a whole one for `lazy`
  public Cost cost(Scale scale, boolean guest) {
    int rounds = scale.rounds();
    if (scale.quick()) {
      return new Cost(10, 1, rounds);
    }
    return switch (this) {
      case IMAGE -> new Cost(40, 30, rounds);
      case NBD -> new Cost(110, 90, rounds);
      case STORE -> new Cost(130, 120, rounds);
      case TRANSFER -> new Cost(130, 120, rounds);
      case LINKS -> new Cost(200, 170, Math.min(LinksBench.ROUNDS, rounds));
      case SWARM -> new Cost(200, 100, SwarmBench.rounds(scale));
      case CHECKPOINT -> new Cost(20, 4, rounds);
      case LAZY -> new Cost(guest ? 600 : 180, 0, 1);
      case SERIES -> new Cost(480, 0, 1);
      case SCALE -> new Cost(900, 0, 1);
      case MICRO -> new Cost(50, 10, rounds);
    };
  }

  /// Whether a run of all has it without being told to: those that show how something grows take as
  /// long as half of the others, and their figures hardly change.
  public boolean usual() {
    return this != SERIES && this != SCALE;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
