package io.landfall.perf.bench;

import io.landfall.perf.contest.Result;
import io.landfall.perf.rig.LinkSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

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
    List<Result> results = new ArrayList<>();
    List<Verdict> verdicts = new ArrayList<>();
    List<String> data = new ArrayList<>();
    List<String> networks = new ArrayList<>();
    TreeSet<String> absent = new TreeSet<>();
    String priority = "";
    for (Line line : settings.scale().quick() ? LINES.subList(0, 1) : LINES) {
      String name = LinkSpec.parse(line.link()).toString();
      settings.log().accept(name + " ...");
      Outcome one = new TransferBench(scale(settings, line), settings.log()).run(settings);
      String prefix = name + ": ";
      one.results().forEach(result -> results.add(result.ofJob(prefix + result.job())));
      one.verdicts().forEach(verdict -> verdicts.add(verdict.in(prefix)));
      data.add(prefix + one.data());
      networks.add(one.network());
      absent.addAll(one.absent());
      priority = one.priority();
    }
    return new Outcome(
        String.join("; ", data),
        String.join("; ", networks),
        priority,
        List.copyOf(absent),
        results,
        List.of(),
        List.of(),
        verdicts);
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
