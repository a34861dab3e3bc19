package io.landfall.perf.bench;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.Order.Changed;
import io.landfall.perf.worker.WorkerProcess;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Landfall's checkpoint store, in one process that lives through all rounds.
final class LandfallStore implements Contender {
  private static final String KNOWN = "next, known";

  private final WorkerProcess worker;
  private final Images images;

  private LandfallStore(WorkerProcess worker, Images images) {
    this.worker = worker;
    this.images = images;
  }

  static LandfallStore start(Rig rig, Images images) throws IOException {
    return new LandfallStore(WorkerProcess.start(rig), images);
  }

  @Override
  public String name() {
    return "landfall";
  }

  @Override
  public String version() {
    return Versions.ofLandfall();
  }

  @Override
  public Optional<String> how(Job job) {
    return switch (job.name()) {
      case "first" -> Optional.of("open, ingest, commit durably, close");
      case "next" -> Optional.of("the same, parent known, no ranges");
      case KNOWN -> Optional.of("the same, with the changed ranges");
      case "verify" -> Optional.of("every byte: checksum, decode, hash; every tree; the index");
      case "restore" -> Optional.of("read every chunk verified, write, fsync");
      default -> Optional.empty();
    };
  }

  /// What is known to have changed is stored into a store of its own that has the first version.
  @Override
  public void prepare(Job job, Path work) throws IOException {
    if (job.name().equals(KNOWN)) {
      worker.tell(new Order.Ingest(store(job, work), images.first().toString(), Changed.UNKNOWN));
    }
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    String store = store(job, work);
    return worker.tell(
        switch (job.name()) {
          case "first" -> new Order.Ingest(store, images.first().toString(), Changed.UNKNOWN);
          case "next" -> new Order.Ingest(store, images.next().toString(), Changed.UNKNOWN);
          case KNOWN -> new Order.Ingest(store, images.next().toString(), changed());
          case "verify" -> new Order.Verify(store);
          default -> new Order.Restore(store, result(job, work).toString());
        });
  }

  private Changed changed() {
    return new Changed(
        true,
        images.changes().stream().map(Range::offset).toList(),
        images.changes().stream().map(Range::length).toList());
  }

  private static String store(Job job, Path work) {
    return work.resolve(job.name().equals(KNOWN) ? "stores/known" : "stores/main").toString();
  }

  @Override
  public Path result(Job job, Path work) {
    return work.resolve("restored.raw");
  }

  @Override
  public Optional<Path> repository(Path work) {
    return Optional.of(work.resolve("stores"));
  }

  @Override
  public void close() throws IOException {
    worker.close();
  }
}
