package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.daemon.ForegroundRun;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What copies took, a JSON line each in `copies.jsonl` of the user's state directory: the next one
/// is predicted from it, and prediction stands beside fact.
final class CopyHistory {
  private static final int LAST = 5;
  private static final long MAX_BYTES = 4 << 20;

  /// Below this much, a copy says nothing about a rate.
  private static final long MIN_BYTES = 1 << 20;

  private final Path file;
  private final String agent;

  /// One line.
  record Line(
      Instant time,
      String agent,
      String source,
      String target,
      int names,
      Figures figures,
      Optional<Long> predictedMillis) {}

  private CopyHistory(Path file, String agent) {
    this.file = file;
    this.agent = agent;
  }

  static CopyHistory with(InetSocketAddress agent) {
    return new CopyHistory(
        ForegroundRun.defaultState().resolve("copies.jsonl"), Addresses.text(agent));
  }

  /// By the median rate of the last copies with that agent.
  Optional<Long> predictMillis(long bytes) throws IOException {
    List<Double> millisPerByte = new ArrayList<>();
    for (Line line : lines()) {
      if (line.agent().equals(agent) && line.figures().pulled() >= MIN_BYTES) {
        millisPerByte.add(1.0 * line.figures().millis() / line.figures().pulled());
      }
    }
    return millisPerByte.isEmpty()
        ? Optional.empty()
        : Optional.of(Math.max(1, Math.round(median(millisPerByte) * bytes)));
  }

  private static double median(List<Double> values) {
    List<Double> last = values.subList(Math.max(0, values.size() - LAST), values.size());
    return last.stream().sorted().toList().get(last.size() / 2);
  }

  private List<Line> lines() throws IOException {
    List<Line> lines = new ArrayList<>();
    if (Files.exists(file)) {
      for (String text : Files.readAllLines(file)) {
        lines.add(ControlJson.read(text, Line.class));
      }
    }
    return lines;
  }

  void add(CopyCommand.Done done) throws IOException {
    Files.createDirectories(file.getParent());
    if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".old"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Line line =
        new Line(
            Instant.now(),
            agent,
            done.plan().source(),
            done.plan().target(),
            done.names(),
            done.figures(),
            done.plan().predictedMillis());
    Files.writeString(
        file, ControlJson.write(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
