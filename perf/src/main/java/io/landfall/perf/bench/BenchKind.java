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

  /// How many rounds of it count: those that take long, or grow something, have one.
  public int rounds(BenchSettings settings) {
    return switch (this) {
      case LAZY, SERIES, SCALE -> 1;
      case LINKS -> Math.min(LinksBench.ROUNDS, settings.scale().rounds());
      case SWARM -> SwarmBench.rounds(settings.scale());
      default -> settings.scale().rounds();
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
