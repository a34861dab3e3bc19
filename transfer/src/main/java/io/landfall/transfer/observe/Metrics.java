package io.landfall.transfer.observe;

import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Overview;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.control.TransferLine.Kind;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;

/// The agent's metrics; `OPERATIONS.md` beside this module's pom has a table of them.
///
/// Counters are told what happens. Gauges are read from one [Overview] per scrape, so that figures
/// of one scrape belong together.
final class Metrics {
  private static final double[] PAUSE_SECONDS = {.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30};
  private static final double[] LAG_SECONDS = {.01, .05, .1, .5, 1, 5, 15, 60, 300};
  private static final double[] TRANSFER_SECONDS = {.1, .5, 1, 5, 15, 60, 300, 900, 3600};

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Owners owners = new Owners();
  private final Map<String, Map<String, Long>> sums = new TreeMap<>(); // guarded by itself
  private final Counter bytes =
      Counter.builder()
          .name("landfall_transfer_bytes_total")
          .help("Bytes of transfers that were not failures, by where they came from.")
          .labelNames("kind", "owner", "reason")
          .register(registry);
  private final Counter transfers =
      Counter.builder()
          .name("landfall_transfers_total")
          .help("Transfers that ended.")
          .labelNames("kind", "result")
          .register(registry);
  private final Histogram seconds =
      histogram("landfall_transfer_seconds", "How long transfers took.", TRANSFER_SECONDS, "kind");
  private final Histogram sealLag =
      histogram(
          "landfall_seal_lag_seconds",
          "Time from the last byte of an image until all of it was hashed and compared.",
          LAG_SECONDS);
  private final Histogram pauses =
      histogram(
          "landfall_checkpoint_pause_seconds",
          "How long guests stood still for a checkpoint, by whether they went on where they were.",
          PAUSE_SECONDS,
          "goes_on");
  private final Counter cacheLandings =
      Counter.builder()
          .name("landfall_cache_landings_total")
          .help("Images asked of the cache: those that were there, and those that were not.")
          .labelNames("result")
          .register(registry);
  private final Counter errors =
      Counter.builder()
          .name("landfall_errors_total")
          .help("Transfers that failed and requests that were refused, by code of the wire.")
          .labelNames("code")
          .register(registry);

  private Overview scraped; // guarded by this

  Metrics() {
    gauge("landfall_transfers_running", "Transfers under way.", "kind", Metrics::running);
    gauge(
        "landfall_transfers_waiting",
        "Jobs that wait for their turn to transfer.",
        "direction",
        (overview, out) -> {
          out.accept("upload", (double) overview.uploads().waiting());
          out.accept("download", (double) overview.downloads().waiting());
        });
    gauge(
        "landfall_transfers_held",
        "Whether transfers wait for the disk to have less to do: 1 or 0.",
        "direction",
        (overview, out) -> {
          out.accept("upload", overview.uploads().held() ? 1.0 : 0.0);
          out.accept("download", overview.downloads().held() ? 1.0 : 0.0);
        });
    GaugeWithCallback.builder()
        .name("landfall_disk_load")
        .help("Transfers inside a read or a write of the disk, on average over a minute.")
        .callback(callback -> callback.call(scraped.diskLoad()))
        .register(registry);
    gauge(
        "landfall_jobs",
        "Jobs of the queue by state; those that are over count until they are forgotten.",
        "state",
        (overview, out) ->
            overview.jobsByState().forEach((state, count) -> out.accept(state, (double) count)));
    cacheGauges();
    storeGauges();
    ProcessMetrics.builder().register(registry);
    JvmMemoryMetrics.builder().register(registry);
    JvmBufferPoolMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
  }

  private Histogram histogram(String name, String help, double[] bounds, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(bounds)
        .register(registry);
  }

  private void cacheGauges() {
    cache("landfall_cache_images", "Landed images.", cache -> cache.images().size());
    cache(
        "landfall_cache_bytes",
        "What landed images take on the disk.",
        cache -> cache.images().stream().mapToLong(Overview.ImageLine::allocatedBytes).sum());
    cache(
        "landfall_cache_free_bytes",
        "Free on the image cache's disk.",
        Overview.CacheLine::freeBytes);
  }

  private void storeGauges() {
    store("landfall_store_checkpoints", "Checkpoints.", Overview.StoreLine::checkpoints);
    store(
        "landfall_store_logical_bytes",
        "Disks and memory of all checkpoints, as the guests see them.",
        Overview.StoreLine::logicalBytes);
    store(
        "landfall_store_stored_bytes",
        "What the store's packs take on the disk.",
        Overview.StoreLine::packBytes);
    store("landfall_store_free_bytes", "Free on the store's disk.", Overview.StoreLine::freeBytes);
  }

  private void gauge(
      String name,
      String help,
      String label,
      BiConsumer<Overview, BiConsumer<String, Double>> values) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(label)
        .callback(callback -> values.accept(scraped, (text, value) -> callback.call(value, text)))
        .register(registry);
  }

  private void cache(String name, String help, ToDoubleFunction<Overview.CacheLine> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback ->
            scraped.cache().ifPresent(cache -> callback.call(value.applyAsDouble(cache))))
        .register(registry);
  }

  private void store(String name, String help, ToDoubleFunction<Overview.StoreLine> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback ->
            scraped.store().ifPresent(store -> callback.call(value.applyAsDouble(store))))
        .register(registry);
  }

  private static void running(Overview overview, BiConsumer<String, Double> out) {
    for (Kind kind : Kind.values()) {
      out.accept(
          word(kind),
          (double) overview.running().stream().filter(line -> line.kind() == kind).count());
    }
  }

  void ended(TransferLine line) {
    transfers.labelValues(word(line.kind()), line.state().name().toLowerCase(Locale.ROOT)).inc();
    seconds.labelValues(word(line.kind())).observe(line.tookMillis() / 1000.0);
    line.figures().ifPresent(figures -> moved(line, figures));
  }

  private void moved(TransferLine line, Figures figures) {
    String owner = owners.label(line.owner());
    Reasons.of(line.kind(), figures)
        .forEach((reason, count) -> {
          bytes.labelValues(word(line.kind()), owner, reason).inc(count);
          add(word(line.kind()), reason, count);
        });
    if (line.kind() == Kind.LANDING && !line.part().equals("memory")) {
      cacheLandings.labelValues(Reasons.isCacheHit(figures) ? "hit" : "miss").inc();
    }
    Long sealing = line.phaseMillis().get("SEAL");
    if (sealing != null && line.kind() != Kind.SENDING) {
      sealLag.observe(sealing / 1000.0);
    }
  }

  private void add(String kind, String reason, long count) {
    synchronized (sums) {
      sums.computeIfAbsent(kind, _ -> new TreeMap<>()).merge(reason, count, Long::sum);
    }
  }

  /// Bytes so far, by kind and reason, of all owners.
  Map<String, Map<String, Long>> sums() {
    synchronized (sums) {
      Map<String, Map<String, Long>> copy = new TreeMap<>();
      sums.forEach((kind, reasons) -> copy.put(kind, Map.copyOf(reasons)));
      return copy;
    }
  }

  void paused(double forSeconds, boolean goesOn) {
    pauses.labelValues(Boolean.toString(goesOn)).observe(forSeconds);
  }

  void failed(String code) {
    errors.labelValues(code).inc();
  }

  /// Everything, in Prometheus' text format.
  synchronized String text(Overview now) {
    scraped = now;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create()
          .write(out, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing fails to be written to memory
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
