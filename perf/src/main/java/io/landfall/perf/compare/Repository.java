package io.landfall.perf.compare;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A deduplicating backup program with a repository of its own in each round: restic, borg.
public final class Repository implements Contender {
  private final Rig rig;
  private final Kind kind;
  private final Path first;
  private final Path next;

  /// Which program.
  public enum Kind {
    /// Cuts by content, about 1 MiB; compresses with zstd.
    RESTIC("restic", "version") {
      @Override
      List<String> command(Step step, Path repository, Path image) {
        List<String> command = new ArrayList<>(List.of("restic", "-q", "-r", "" + repository));
        command.addAll(
            switch (step) {
              case INIT -> List.of("init", "--repository-version", "2");
              case FIRST, NEXT -> List.of("backup", "" + image);
              case RESTORE -> List.of("restore", "latest", "--target", ".");
              case VERIFY -> List.of("check", "--read-data");
            });
        return command;
      }
    },

    /// Told to cut at fixed 64 KiB and to skip holes: the fastest that it can with images.
    BORG("borg", "--version") {
      @Override
      List<String> command(Step step, Path repository, Path image) {
        return switch (step) {
          case INIT -> List.of("borg", "init", "-e", "none", "" + repository);
          case FIRST, NEXT ->
              List.of(
                  "borg",
                  "create",
                  "--sparse",
                  "--chunker-params",
                  "fixed,65536",
                  repository + "::" + step.name(),
                  "" + image);
          case RESTORE ->
              List.of("borg", "extract", "--sparse", repository + "::" + Step.NEXT.name());
          case VERIFY -> List.of("borg", "check", "--verify-data", "" + repository);
        };
      }
    };

    private final String program;
    private final String askVersion;

    Kind(String program, String askVersion) {
      this.program = program;
      this.askVersion = askVersion;
    }

    abstract List<String> command(Step step, Path repository, Path image);

    /// Whether it is installed.
    public boolean installed() {
      return Programs.have(program);
    }
  }

  enum Step {
    INIT,
    FIRST,
    NEXT,
    RESTORE,
    VERIFY
  }

  /// A contender.
  ///
  /// @param first the image to store first
  /// @param next its next version
  public Repository(Rig rig, Kind kind, Path first, Path next) {
    this.rig = rig;
    this.kind = kind;
    this.first = first;
    this.next = next;
  }

  @Override
  public String name() {
    return kind.program;
  }

  @Override
  public String version() {
    return Programs.version(kind.program, kind.askVersion);
  }

  @Override
  public Optional<String> how(Job job) {
    return step(job)
        .map(step -> kind.command(step, Path.of("REPO"), Path.of("FILE")))
        .map(command -> String.join(" ", command));
  }

  private static Optional<Step> step(Job job) {
    return switch (job.name()) {
      case "first" -> Optional.of(Step.FIRST);
      case "next" -> Optional.of(Step.NEXT);
      case "restore" -> Optional.of(Step.RESTORE);
      case "verify" -> Optional.of(Step.VERIFY);
      default -> Optional.empty();
    };
  }

  @Override
  public void prepare(Job job, Path work) throws IOException {
    Files.createDirectories(restored(work));
    if (step(job).equals(Optional.of(Step.FIRST))) {
      run(Step.INIT, work);
    }
  }

  private static Path restored(Path work) {
    return work.resolve("restored");
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    run(step(job).orElseThrow(), work);
    return Map.of();
  }

  /// Runs in the directory to restore to, with caches and keys within the round's own.
  private void run(Step step, Path work) throws IOException {
    Map<String, String> environment = new TreeMap<>();
    environment.put("RESTIC_PASSWORD", "bench");
    environment.put("RESTIC_CACHE_DIR", work.resolve("cache").toString());
    environment.put("BORG_BASE_DIR", work.resolve("cache").toString());
    environment.put("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes");
    List<String> command = new ArrayList<>(List.of("env", "-C", restored(work).toString()));
    environment.forEach((name, value) -> command.add(name + "=" + value));
    Path image = step == Step.FIRST ? first : next;
    command.addAll(kind.command(step, work.resolve("repository"), image));
    rig.run(command.toArray(String[]::new));
  }

  /// Both keep the whole path of what they stored.
  @Override
  public Path result(Job job, Path work) {
    return Path.of(restored(work).toString(), next.toString());
  }

  @Override
  public Optional<Path> repository(Path work) {
    return Optional.of(work.resolve("repository"));
  }
}
