package io.landfall.perf.cli;

import io.landfall.perf.bench.BenchKind;
import io.landfall.perf.bench.Budget;
import io.landfall.perf.contest.Trees;
import io.landfall.perf.report.Markdown;
import io.landfall.perf.report.Report;
import io.landfall.perf.report.SuiteReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall bench`: parses, runs one bench, prints its report.
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    subcommands = {BenchAllCommand.class, BenchCompareCommand.class},
    description =
        "Measures Landfall beside what a user would pick instead: same data, same run,"
            + " several rounds, every result checked.",
    footerHeading = "%nExample:%n",
    footer = {
      "  landfall bench transfer --rounds 5 --markdown transfer.md",
      "  landfall bench series --memory 1.raw 2.raw 3.raw",
      "",
      "perf/METHOD.md says how to read a figure, and what can fool one."
    })
public final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private BenchOptions options;

  @Parameters(
      arity = "0..1",
      paramLabel = "BENCH",
      description = {
        "${COMPLETION-CANDIDATES}:",
        "image: raw and qcow2, beside qemu-img",
        "nbd: reads and writes over NBD, beside nbdkit, qemu-nbd and QEMU's own qcow2",
        "store: ingest, restore, plain and encrypted, beside restic and borg",
        "transfer: landing over loopback, also over TLS, beside nbdcopy, rsync, scp, Globus",
        "links: the same over 1 Gbit/s and 100 Mbit/s, 20 ms; needs root",
        "swarm: 8 hosts land one image at once, beside one host and rsync; needs root",
        "checkpoint: how long a guest of 256 MiB stands still while it is checkpointed",
        "lazy: how soon a guest is at its service over 100 Mbit/s, landed in full and lazily",
        "series: what 20 states of a disk and of memory take, beside restic, borg and casync",
        "scale: list, tree, commit, GC plan and the index for n, 2n, 4n; a sparse tebibyte",
        "micro: codec, hash, zero test, manifest, frames (JMH)"
      })
  private BenchKind kind;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON.")
  private Path jsonFile;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Write the report as Markdown.")
  private Path markdownFile;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "0",
      description = "Time for it: no round begins that would not end by then (0: no limit).")
  private int minutes;

  @Override
  public Integer call() throws IOException {
    if (kind == null) {
      throw new ParameterException(
          spec.commandLine(), "say which bench, e.g.: landfall bench image");
    }
    BenchOptions.requireMinutes(minutes, spec.commandLine());
    Budget budget =
        new Budget(
            minutes == 0 ? OptionalInt.empty() : OptionalInt.of(minutes),
            List.of(options.cost(kind)),
            System::nanoTime);
    PrintWriter err = spec.commandLine().getErr();
    Path work = options.newDirectory();
    try (Interruption interruption = Interruption.watch()) {
      SuiteReport.Entry entry;
      try {
        entry =
            new BenchRun(kind, options, budget, interruption, err::println, this::write).run(work);
      } finally {
        Trees.delete(work);
      }
      PrintWriter out = spec.commandLine().getOut();
      entry.reports().forEach(report -> out.print(Markdown.of(report)));
      out.flush();
      if (!entry.failure().isEmpty()) {
        throw new IOException("bench " + kind + ": " + entry.failure());
      }
      return 0;
    }
  }

  private void write(SuiteReport.Entry entry) throws IOException {
    for (Report report : entry.reports()) {
      if (jsonFile != null) {
        report.writeJson(jsonFile);
      }
      if (markdownFile != null) {
        report.writeMarkdown(markdownFile);
      }
    }
  }
}
