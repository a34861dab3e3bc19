package io.landfall.perf.bench;

import io.landfall.perf.compare.Repository;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// Storing an image and its next version, taking the last one out, checking everything.
public final class StoreBench extends Bench {

  /// A bench of that size.
  public StoreBench(Scale scale, Consumer<String> log) {
    super(scale, log);
  }

  @Override
  List<Job> jobs(Images images) {
    long data = scale().image().dataBytes();
    return List.of(
        new Job(
            "first",
            "store an image that the store has nothing of",
            data,
            List.of(images.first()),
            Optional.empty()),
        new Job(
            "next",
            "store its next version; where it changed is not known",
            data,
            List.of(images.next()),
            Optional.empty()),
        new Job(
            "restore",
            "write the next version to a raw file",
            data,
            List.of(),
            Optional.of(images.next())),
        new Job(
            "verify",
            "read and check everything in the store, which has both versions",
            data,
            List.of(),
            Optional.empty()),
        new Job(
            "next, known",
            "store the next version; an overlay tells where it changed",
            images.changedBytes(),
            List.of(images.next()),
            Optional.empty()));
  }

  @Override
  List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    for (String job : List.of("first", "next", "restore", "verify")) {
      goals.add(
          Goal.atMost(
              job + ": twice as fast as the best of restic and borg",
              Value.time(job, "landfall"),
              0.5,
              Value.bestTime(job, "restic", "borg")));
    }
    return goals;
  }

  @Override
  void enter(Rig rig, Images images, Path logs, Contenders contenders) throws IOException {
    contenders.add(() -> LandfallStore.start(rig, images));
    contenders.add(() -> LandfallStore.startEncrypted(rig, images));
    for (Repository.Kind kind : Repository.Kind.values()) {
      contenders.addIf(
          kind.installed(),
          kind.name().toLowerCase(Locale.ROOT),
          () -> new Repository(rig, kind, images.first(), images.next()));
    }
  }
}
