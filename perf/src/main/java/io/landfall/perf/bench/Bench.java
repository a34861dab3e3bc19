package io.landfall.perf.bench;

import io.landfall.perf.contest.Contest;
import io.landfall.perf.contest.Job;
import io.landfall.perf.contest.Result;
import io.landfall.perf.contest.Rounds;
import io.landfall.perf.contest.Trees;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/// One bench: makes its data, sets up its contenders, runs the contest, cleans up.
public abstract sealed class Bench permits TransferBench, StoreBench, ImageBench, NbdBench {
  private final Scale scale;
  private final Consumer<String> log;

  Bench(Scale scale, Consumer<String> log) {
    this.scale = scale;
    this.log = log;
  }

  /// Runs what is chosen of it in a new directory, which is deleted at the end.
  public Outcome run(BenchSettings settings) throws IOException {
    Choice choice = settings.choice();
    Path directory = Files.createTempDirectory(settings.directory(), "");
    try (Rig rig = Rig.open(scale.link());
        Contenders contenders = new Contenders()) {
      log.accept("making the images ...");
      Images images = make(Files.createDirectory(directory.resolve("data")));
      enter(rig, images, Files.createDirectory(directory.resolve("logs")), contenders);
      Path arena = Files.createDirectory(directory.resolve("arena"));
      Contest contest =
          new Contest(
              rig,
              choice.jobs(jobs(images), this::startsFromFirst),
              choice.contenders(contenders.present()),
              arena,
              log);
      Function<List<Result>, Outcome> outcome =
          results ->
              new Outcome(
                      data(images),
                      rig.network(),
                      rig.priority(),
                      contenders.absent(),
                      results,
                      List.of(),
                      List.of(),
                      List.of())
                  .judged(goals());
      Rounds rounds = settings.course().rounds(scale.rounds(), outcome);
      return outcome.apply(contest.run(rounds, !scale.quick()));
    } finally {
      Trees.delete(directory);
    }
  }

  /// Makes what the jobs are about.
  Images make(Path directory) throws IOException {
    return Images.make(directory, scale);
  }

  abstract List<Job> jobs(Images images);

  /// Whether a job needs what the first one leaves.
  boolean startsFromFirst(String job) {
    return true;
  }

  /// What it is to show; nothing, unless it says so.
  List<Goal> goals() {
    return List.of();
  }

  /// Starts who takes part.
  abstract void enter(Rig rig, Images images, Path logs, Contenders contenders) throws IOException;

  Scale scale() {
    return scale;
  }

  /// What it was about, for the report.
  String data(Images images) {
    return "disk of %d MiB with %d MiB of data (seed %d), next version with %.1f MiB changed in %d runs (seed %d)%s"
        .formatted(
            scale.image().sizeBytes() >> 20,
            scale.image().dataBytes() >> 20,
            scale.image().seed(),
            images.changedBytes() / 1048576.0,
            images.changes().size(),
            Scale.CHANGE_SEED,
            scale.quick() ? "; quick size: shows that it runs, measures nothing" : "");
  }
}
