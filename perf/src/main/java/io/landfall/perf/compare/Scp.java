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

/// scp, pulling. It knows no holes and no delta.
public final class Scp implements Contender {
  private final Rig rig;
  private final SshServer server;
  private final Map<String, Path> sources;

  /// @param sources file or directory by the name of the job that copies it
  public Scp(Rig rig, SshServer server, Map<String, Path> sources) {
    this.rig = rig;
    this.server = server;
    this.sources = Map.copyOf(sources);
  }

  @Override
  public String name() {
    return "scp";
  }

  @Override
  public String version() {
    return Programs.version("ssh", "-V");
  }

  @Override
  public Optional<String> how(Job job) {
    return Optional.ofNullable(sources.get(job.name()))
        .map(source ->
            "scp " + (Files.isDirectory(source) ? "-rp " : "") + "HOST:FILE FILE, aes128-gcm");
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    Path source = sources.get(job.name());
    List<String> command = new ArrayList<>(server.copy());
    if (Files.isDirectory(source)) {
      command.add("-rp");
    }
    command.add(server.remote(source));
    command.add(result(job, work).toString());
    rig.run(command.toArray(String[]::new));
    return Map.of();
  }

  /// Of times it keeps the seconds.
  @Override
  public boolean keepsModesAndTimes() {
    return false;
  }

  @Override
  public Optional<ProcessHandle> serving() {
    return Optional.of(server.process().toHandle());
  }
}
