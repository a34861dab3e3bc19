package io.landfall.perf.bench;

import io.landfall.perf.rig.LinkSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// Landing over links with a delay: the contest of [TransferBench], once for each link.
final class LinksBench {
  /// A link, and the disk that crosses it in about ten seconds.
  private record Line(String link, int mib) {}

  private static final int QUICK_MIB = 16;

  private static final List<Line> LINES =
      List.of(new Line("1gbit,20ms", 2048), new Line("100mbit,20ms", 256));

  /// Most rounds, unless fewer are asked for: one over the slow link takes minutes.
  static final int ROUNDS = 3;

  private LinksBench() {}

  static Outcome run(BenchSettings settings) throws IOException {
    List<Line> lines = settings.scale().quick() ? LINES.subList(0, 1) : LINES;
    List<Outcome> done = new ArrayList<>();
    for (Line line : lines) {
      String prefix = LinkSpec.parse(line.link()) + ": ";
      settings.log().accept(prefix + "...");
      Course part =
          settings.course().part(lines.size() - done.size(), one -> joined(done, one.in(prefix)));
      TransferBench bench = new TransferBench(scale(settings, line), settings.log());
      done.add(bench.run(settings.with(part)).in(prefix));
    }
    return joined(done.subList(0, done.size() - 1), done.getLast());
  }

  private static Outcome joined(List<Outcome> before, Outcome last) {
    List<Outcome> all = new ArrayList<>(before);
    all.add(last);
    return new Outcome(
        all.stream().map(Outcome::data).collect(Collectors.joining("; ")),
        all.stream().map(Outcome::network).collect(Collectors.joining("; ")),
        last.priority(),
        all.stream().flatMap(one -> one.absent().stream()).distinct().sorted().toList(),
        all.stream().flatMap(one -> one.results().stream()).toList(),
        List.of(),
        List.of(),
        all.stream().flatMap(one -> one.verdicts().stream()).toList());
  }

  /// `--mib` is the disk of the fastest link; the others keep their share of it.
  private static Scale scale(BenchSettings settings, Line line) {
    boolean quick = settings.scale().quick();
    int usual = quick ? QUICK_MIB : line.mib();
    OptionalInt asked = settings.mib();
    int mib =
        asked.isPresent()
            ? Math.max(1, (int) ((long) asked.getAsInt() * line.mib() / LINES.getFirst().mib()))
            : usual;
    Scale scale = settings.scale().withMib(mib).withLink(line.link());
    return quick ? scale : scale.withRounds(Math.min(ROUNDS, scale.rounds()));
  }
}
