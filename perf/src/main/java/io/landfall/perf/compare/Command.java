package io.landfall.perf.compare;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A program without a server, which makes a file from a file: `cp`, `qemu-img`.
public final class Command implements Contender {
  /// Stands for the file to make in a command.
  public static final String RESULT = "{result}";

  private final Rig rig;
  private final String name;
  private final List<String> askVersion;
  private final Map<String, List<String>> commands;

  /// A contender.
  ///
  /// @param name in the report
  /// @param askVersion the command that says which version it is
  /// @param commands by name of the job
  public Command(
      Rig rig, String name, List<String> askVersion, Map<String, List<String>> commands) {
    this.rig = rig;
    this.name = name;
    this.askVersion = List.copyOf(askVersion);
    this.commands = Map.copyOf(commands);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return Programs.version(askVersion.toArray(String[]::new));
  }

  @Override
  public Optional<String> how(Job job) {
    return Optional.ofNullable(commands.get(job.name())).map(Command::shortened);
  }

  /// File names say nothing in a report.
  private static String shortened(List<String> command) {
    return String.join(
        " ", command.stream().map(word -> word.startsWith("/") ? "FILE" : word).toList());
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    String result = result(job, work).toString();
    rig.run(
        commands.get(job.name()).stream()
            .map(word -> word.equals(RESULT) ? result : word)
            .toArray(String[]::new));
    return Map.of();
  }

  @Override
  public Path result(Job job, Path work) {
    return work.resolve(job.name());
  }
}
