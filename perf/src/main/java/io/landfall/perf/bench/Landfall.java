package io.landfall.perf.bench;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.Order.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Landfall landing images.
final class Landfall implements Contender {
  private static final String TREE = "tree";

  /// The full set of jobs: second sends.
  static final String USUAL = "landfall";

  /// The same over TLS.
  static final String ENCRYPTED = "landfall, TLS";

  /// The same without compression.
  static final String UNCOMPRESSED = "landfall, not compressed";

  private final String name;
  private final Sides sides;
  private final Names names;
  private final int port;
  private final Set<String> jobs = new HashSet<>();

  private Landfall(String name, Sides sides, Names names, int port) {
    this.name = name;
    this.sides = sides;
    this.names = names;
    this.port = port;
  }

  /// Serves the images.
  ///
  /// @param name in the report
  /// @param names what the source knows of them
  static Landfall serving(String name, Sides sides, Images images, Names names) throws IOException {
    Map<String, String> served =
        Map.of(
            served("first", names),
            images.first().toString(),
            served("next", names),
            images.next().toString());
    double port = sides.source().tell(new Order.Serve(served, names)).get("port");
    if (names == Names.KNOWN) {
      sides
          .source()
          .tell(
              new Order.ServeOverlay(
                  "overlay", images.overlay().toString(), images.first().toString()));
    }
    return new Landfall(name, sides, names, (int) port);
  }

  /// Serves the directory too.
  Landfall withTree(Path tree) throws IOException {
    sides.source().tell(new Order.ServeTree(TREE, tree.toString()));
    return this;
  }

  /// Does these only.
  Landfall only(String... names) {
    jobs.addAll(List.of(names));
    return this;
  }

  private static String served(String image, Names names) {
    return image + ' ' + names;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return Versions.ofLandfall();
  }

  @Override
  public Optional<String> how(Job job) {
    if (!jobs.isEmpty() && !jobs.contains(job.name())) {
      return Optional.empty();
    }
    String source = names == Names.KNOWN ? "source has hashed before" : "source hashes meanwhile";
    return switch (job.name()) {
      case "cold" -> Optional.of("pull, checksums, fsync, rename; hashed behind; " + source);
      case "again" ->
          names == Names.KNOWN
              ? Optional.of("open the image cache, ask, find it there, pin it")
              : Optional.empty();
      case "changed" -> Optional.of("former image as seed, pull the rest; " + source);
      case "returned" ->
          names == Names.KNOWN
              ? Optional.of("base is here; pull what the overlay holds")
              : Optional.empty();
      case TransferBench.DIRECTORY ->
          names == Names.KNOWN
              ? Optional.of("listing, pack of small files, syncfs, rename")
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    String former = work.resolve("cold.raw").toString();
    String result = result(job, work).toString();
    return sides
        .target()
        .tell(
            switch (job.name()) {
              case "cold" -> new Order.Land(port, served("first", names), result, "", List.of());
              case "again" -> cached(work);
              case TransferBench.DIRECTORY -> new Order.LandTree(port, TREE, result);
              case "changed" ->
                  new Order.Land(port, served("next", names), result, "", List.of(former));
              default -> new Order.Land(port, "overlay", result, former, List.of());
            });
  }

  @Override
  public Map<String, Double> settle(Job job) throws IOException {
    return sides.target().tell(new Order.Settle());
  }

  @Override
  public void prepare(Job job, Path work) throws IOException {
    if (job.name().equals("again")) {
      sides.target().tell(cached(work));
    }
  }

  private Order cached(Path work) {
    return new Order.LandInCache(port, served("first", names), work.resolve("cache").toString());
  }

  @Override
  public Path result(Job job, Path work) {
    return work.resolve(job.name() + ".raw");
  }

  @Override
  public Optional<ProcessHandle> serving() {
    return Optional.of(sides.source().handle());
  }
}
