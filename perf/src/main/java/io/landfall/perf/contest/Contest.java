package io.landfall.perf.contest;

import io.landfall.perf.image.Contents;
import io.landfall.perf.measure.CpuClock;
import io.landfall.perf.measure.FreeMemory;
import io.landfall.perf.measure.Sample;
import io.landfall.perf.rig.Rig;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Lets contenders do jobs, and takes the time.
///
/// Round 0 is not counted: it warms caches and compilers. In each round every contender does all
/// its jobs one after another, so that what changes on the machine in the course of a bench hits
/// all of them alike.
public final class Contest {
  /// The figure that says how busy the submit host kept its link.
  public static final String LINE_PERCENT = "linePercent";

  private final Rig rig;
  private final List<Job> jobs;
  private final List<Contender> contenders;
  private final Path directory;
  private final Consumer<String> log;

  /// A contest in `directory`, which must exist and have room.
  public Contest(
      Rig rig, List<Job> jobs, List<Contender> contenders, Path directory, Consumer<String> log) {
    this.rig = rig;
    this.jobs = List.copyOf(jobs);
    this.contenders = List.copyOf(contenders);
    this.directory = directory;
    this.log = log;
  }

  /// Runs a warm-up and then rounds; the results in the order of jobs and contenders.
  ///
  /// @param rounds how many; at least one
  /// @param warmUp whether there is a round 0
  /// @throws IOException if a program fails, or leaves another result than it must
  public List<Result> run(Rounds rounds, boolean warmUp) throws IOException {
    Map<String, List<Sample>> samples = new TreeMap<>();
    int round = warmUp ? 0 : 1;
    boolean whole = false;
    try {
      do {
        round(round, samples);
      } while (rounds.another(round++, results(samples)));
      whole = true;
    } finally {
      if (!whole) {
        rounds.brokenOff(results(samples));
      }
    }
    return results(samples);
  }

  private void round(int round, Map<String, List<Sample>> samples) throws IOException {
    for (Contender contender : contenders) {
      Path work = Files.createDirectory(directory.resolve("work"));
      try {
        for (Job job : jobs) {
          if (contender.how(job).isPresent()) {
            Sample sample = measured(contender, job, work);
            log.accept(line(round, job, contender, sample));
            if (round > 0) {
              samples.computeIfAbsent(key(job, contender), _ -> new ArrayList<>()).add(sample);
            }
          }
        }
      } finally {
        Trees.delete(work);
      }
    }
  }

  private static String key(Job job, Contender contender) {
    return job.name() + '\n' + contender.name();
  }

  private static String line(int round, Job job, Contender contender, Sample sample) {
    return "%-8s %-22s %-26s %8.3f s, to disk %8.3f s, cpu %6.2f s"
        .formatted(
            round == 0 ? "warm-up" : "round " + round,
            job.name(),
            contender.name(),
            sample.seconds(),
            sample.secondsToDisk(),
            sample.cpuSeconds());
  }

  private List<Result> results(Map<String, List<Sample>> samples) {
    List<Result> results = new ArrayList<>();
    for (Job job : jobs) {
      for (Contender contender : contenders) {
        List<Sample> some = samples.get(key(job, contender));
        if (some != null) {
          String how = contender.how(job).orElseThrow();
          results.add(Result.of(job, contender.name(), contender.version(), how, some));
        }
      }
    }
    return results;
  }

  private Sample measured(Contender contender, Job job, Path work) throws IOException {
    contender.prepare(job, work);
    for (Path source : job.sources()) {
      for (Path file : Trees.files(source)) {
        FreeMemory.cache(file);
      }
    }
    FreeMemory.touch(2 * job.bytes(), directory);
    long stored = Trees.bytes(contender.repository(work));
    Path result = contender.result(job, work);
    Sample sample = timed(contender, job, work, result);
    double cpu = CpuClock.startedByUs();
    sample = sample.with(contender.settle(job));
    sample = sample.with(Map.of("behindCpuSeconds", CpuClock.startedByUs() - cpu));
    if (contender.repository(work).isPresent()) {
      long grown = Trees.bytes(contender.repository(work)) - stored;
      sample = sample.with(Map.of("storedBytes", (double) grown));
    }
    if (job.result().isPresent()) {
      requireSame(job, contender, job.result().get(), result);
    }
    return sample;
  }

  private Sample timed(Contender contender, Job job, Path work, Path result) throws IOException {
    double machine = CpuClock.machine();
    double cpu = measuredCpu();
    double serving = contender.serving().map(CpuClock::tree).orElse(0.0);
    long wire = rig.wireBytes();
    long sent = rig.submitBytes();
    long start = System.nanoTime();
    Map<String, Double> figures = contender.run(job, work);
    double seconds = (System.nanoTime() - start) / 1e9;
    cpu = measuredCpu() - cpu;
    serving = contender.serving().map(CpuClock::tree).orElse(0.0) - serving;
    double others = (CpuClock.machine() - machine - cpu) / seconds;
    wire = rig.wireBytes() - wire;
    Map<String, Double> ofLink = ofLink(rig.submitBytes() - sent, seconds);
    sync(result, contender.repository(work).orElse(result));
    double toDisk = (System.nanoTime() - start) / 1e9;
    return new Sample(
            seconds, toDisk, cpu, serving, wire, Math.max(0, others), new TreeMap<>(figures))
        .with(ofLink);
  }

  /// What imitates the link works for nobody.
  private double measuredCpu() {
    return CpuClock.startedByUs() - rig.ownCpuSeconds();
  }

  /// How much of what the link could have carried in that time it did carry.
  private Map<String, Double> ofLink(long sentBytes, double seconds) {
    return rig.link()
        .map(link -> Map.of(LINE_PERCENT, 100 * sentBytes * 8 / (seconds * link.bitsPerSecond())))
        .orElse(Map.of());
  }

  /// Makes what a program wrote durable, as its user would have to.
  private void sync(Path result, Path repository) throws IOException {
    if (Files.isDirectory(result)) {
      rig.run("sync", "--file-system", result.toString()); // its thousands of files at once
      return;
    }
    List<Path> written = new ArrayList<>(Trees.files(repository));
    if (Files.isRegularFile(result) && !written.contains(result)) {
      written.add(result);
    }
    for (Path file : written) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static void requireSame(Job job, Contender contender, Path expected, Path result)
      throws IOException {
    if (Files.isDirectory(expected)) {
      Trees.requireSame(expected, result, contender.keepsModesAndTimes());
      return;
    }
    try (RawFile a = RawFile.open(expected);
        RawFile b = RawFile.open(result)) {
      OptionalLong difference = Contents.firstDifference(a, b);
      if (difference.isPresent()) {
        throw new IOException(
            "%s, %s: the result differs from what it must be at offset %d"
                .formatted(contender.name(), job.name(), difference.getAsLong()));
      }
    }
  }
}
