package io.landfall.transfer.cli;

import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.TransferLine;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Tells how an agent stands, to a person. Printed again, it knows the rates since the last time.
final class StatusPrinter {
  private static final int BAR_CELLS = 20;
  private static final int MAX_JOBS = 20;
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

  private final PrintWriter out;
  private Map<Long, TransferLine> before = Map.of();

  StatusPrinter(PrintWriter out) {
    this.out = out;
  }

  void print(Overview now) {
    out.printf(
        "%s (%s), up %s%s%n",
        now.host(),
        String.join(" + ", now.roles()).toLowerCase(Locale.ROOT),
        Units.time(Duration.between(now.began(), now.now())),
        now.page().map(page -> ", page at " + page).orElse(""));
    transfers(now);
    if (now.store().isPresent()) {
      jobs(now);
      hosts(now);
      Overview.StoreLine store = now.store().get();
      out.printf(
          "%nSTORE      %d checkpoints, %s as guests see them, %s on the disk, %s free%n",
          store.checkpoints(),
          Units.bytes(store.logicalBytes()),
          Units.bytes(store.packBytes()),
          Units.bytes(store.freeBytes()));
    }
    now.cache().ifPresent(cache -> cache(now, cache));
  }

  private void transfers(Overview now) {
    out.printf(
        "%nTRANSFERS  %d running, %d waiting%s%n",
        now.running().size(),
        now.uploads().waiting() + now.downloads().waiting(),
        now.uploads().held() || now.downloads().held()
            ? " for the disk, whose load is %.1f".formatted(now.diskLoad())
            : "");
    Map<Long, TransferLine> seen = new HashMap<>();
    for (TransferLine line : now.running()) {
      out.println("  " + running(line));
      seen.put(line.id(), line);
    }
    before = seen;
  }

  private String running(TransferLine line) {
    long total = line.totalBytes();
    int cells = total == 0 ? 0 : (int) (BAR_CELLS * line.doneBytes() / total);
    String text =
        String.format(
            "%-10s %-30s %-8s [%s%s] %3d %% %-7s %s of %s",
            line.kind().name().toLowerCase(Locale.ROOT),
            name(line),
            line.part(),
            "#".repeat(cells),
            "-".repeat(BAR_CELLS - cells),
            total == 0 ? 0 : 100 * line.doneBytes() / total,
            phase(line),
            Units.bytes(line.doneBytes()),
            Units.bytes(total));
    TransferLine last = before.get(line.id());
    if (last == null || !last.phase().equals(line.phase())) {
      return text;
    }
    long rate =
        1000
            * (line.doneBytes() - last.doneBytes())
            / Math.max(1, line.tookMillis() - last.tookMillis());
    return rate <= 0
        ? text
        : text
            + ", "
            + Units.bytes(rate)
            + "/s, "
            + Units.time(Duration.ofSeconds((total - line.doneBytes()) / rate))
            + " left";
  }

  /// `FILL` is what comes behind a guest that runs already.
  private static String phase(TransferLine line) {
    return line.phase().equals("FILL") ? "filling" : line.phase().toLowerCase(Locale.ROOT);
  }

  private static String name(TransferLine line) {
    return line.job().isEmpty() ? "by hand" : line.job();
  }

  private void jobs(Overview now) {
    String counts =
        now.jobsByState().entrySet().stream()
            .filter(state -> state.getValue() > 0)
            .map(state -> state.getValue() + " " + state.getKey().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    out.printf("%nJOBS       %s%n", counts.isEmpty() ? "none" : counts);
    now.jobs().stream().limit(MAX_JOBS).forEach(this::job);
    if (now.jobs().size() > MAX_JOBS) {
      out.println("  … and more: landfall queue");
    }
  }

  private void job(Reply.JobLine job) {
    out.printf(
        "  %-30s %-20s %-22s%s%n",
        job.job(),
        job.status(),
        job.host().orElse("-"),
        job.reason().map(reason -> "  " + reason).orElse(""));
  }

  private void hosts(Overview now) {
    out.printf("%nHOSTS      %d%n", now.hosts().size());
    for (Overview.HostLine host : now.hosts()) {
      String what =
          host.ad()
              .map(ad ->
                  String.format(
                      "%s by %s, %d MiB free, %d jobs, %d images",
                      String.join(", ", ad.vmTypes()),
                      ad.hypervisor(),
                      ad.memoryMiB(),
                      ad.claims().size(),
                      ad.images().size()))
              .orElse("not heard of yet");
      out.printf(
          "  %-30s %-22s %s%s%n",
          host.ad().map(Reply.HostAd::name).orElse("?"),
          host.address(),
          what,
          host.problem().map(problem -> "; does not answer: " + problem).orElse(""));
    }
  }

  private void cache(Overview now, Overview.CacheLine cache) {
    long bytes = cache.images().stream().mapToLong(Overview.ImageLine::allocatedBytes).sum();
    out.printf(
        "%nIMAGES     %d, %s on the disk, %s free%n",
        cache.images().size(), Units.bytes(bytes), Units.bytes(cache.freeBytes()));
    now.claims().forEach((job, phase) -> out.printf("  %-30s %s%n", job, phase));
  }

  /// How a transfer went, in two lines.
  static void printEnded(PrintWriter out, TransferLine line) {
    out.printf(
        "%s  %-10s %s %s with %s: %s in %s%s%n",
        CLOCK.format(line.began()),
        line.kind().name().toLowerCase(Locale.ROOT),
        name(line),
        line.part(),
        line.peer(),
        line.error()
            .map(why -> "failed (" + why + ")")
            .orElse(line.state().name().toLowerCase(Locale.ROOT)),
        Units.time(Duration.ofMillis(line.tookMillis())),
        line.predictedMillis()
            .map(millis -> ", predicted " + Units.time(Duration.ofMillis(millis)))
            .orElse(""));
    List<String> more = new ArrayList<>();
    line.figures().ifPresent(figures -> more.add(sources(figures)));
    if (!line.phaseMillis().isEmpty()) {
      more.add(
          line.phaseMillis().entrySet().stream()
              .map(phase ->
                  phase.getKey().toLowerCase(Locale.ROOT)
                      + " "
                      + Units.time(Duration.ofMillis(phase.getValue())))
              .collect(Collectors.joining(", ")));
    }
    if (!more.isEmpty()) {
      out.println("                " + String.join("; ", more));
    }
  }

  private static String sources(Figures figures) {
    return String.format(
        "%s: %s travelled, %s holes, %s base, %s seeded, %s resumed or cached",
        Units.bytes(figures.image()),
        Units.bytes(figures.pulled()),
        Units.bytes(figures.zero()),
        Units.bytes(figures.base()),
        Units.bytes(figures.seed()),
        Units.bytes(figures.resumed()));
  }
}
