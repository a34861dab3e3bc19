package io.landfall.perf.contest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContestTest {
  @TempDir private Path directory;

  private final List<String> runs = new ArrayList<>();
  private Job copy;
  private Job other;

  @BeforeEach
  void makeJobs() throws IOException {
    Path source = Files.writeString(directory.resolve("source"), "what is to be copied");
    copy = new Job("copy", "copy a file", 20, List.of(source), Optional.of(source));
    other = new Job("other", "something else", 1, List.of(), Optional.empty());
    Files.createDirectory(directory.resolve("arena"));
  }

  /// Copies, and writes `text` where it should copy, if there is one.
  private final class Copier implements Contender {
    private final String name;
    private final Optional<String> text;

    Copier(String name, Optional<String> text) {
      this.name = name;
      this.text = text;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public Optional<String> how(Job job) {
      return job.name().equals("copy") ? Optional.of("by hand") : Optional.empty();
    }

    @Override
    public Map<String, Double> run(Job job, Path work) throws IOException {
      runs.add(name);
      String content = text.orElse(Files.readString(job.sources().getFirst()));
      Files.writeString(result(job, work), content);
      return Map.of("round", (double) runs.size());
    }

    @Override
    public Path result(Job job, Path work) {
      return work.resolve("result");
    }
  }

  private List<Result> run(int rounds, boolean warmUp, Contender... contenders) throws IOException {
    try (Rig rig = Rig.open()) {
      Path arena = directory.resolve("arena");
      List<Job> jobs = List.of(copy, other);
      return new Contest(rig, jobs, List.of(contenders), arena, line -> {})
          .run(Rounds.of(rounds), warmUp);
    }
  }

  @Test
  void contendersTakeTurnsAndTheWarmUpDoesNotCount() throws IOException {
    List<Result> results =
        run(2, true, new Copier("a", Optional.empty()), new Copier("b", Optional.empty()));
    assertThat(runs).containsExactly("a", "b", "a", "b", "a", "b");
    assertThat(results).extracting(Result::contender).containsExactly("a", "b");
    assertThat(results).extracting(Result::job).containsOnly("copy");
    assertThat(results.getFirst().seconds().count()).isEqualTo(2);
    assertThat(results.getFirst().figures().get("round").min()).isEqualTo(3);
    assertThat(results.getFirst().figures().get("round").max()).isEqualTo(5);
  }

  @Test
  void aWrongResultEndsTheContestAndIsNamed() {
    assertThatThrownBy(() -> run(1, false, new Copier("liar", Optional.of("what is to be Copied"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("liar, copy: the result differs")
        .hasMessageContaining("offset 0");
  }

  @Test
  void nothingIsLeftBehind() throws IOException {
    run(1, false, new Copier("a", Optional.empty()));
    try (Stream<Path> left = Files.list(directory.resolve("arena"))) {
      assertThat(left).isEmpty();
    }
  }
}
