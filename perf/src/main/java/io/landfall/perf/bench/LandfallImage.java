package io.landfall.perf.bench;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Landfall's image formats, in one process that lives through all rounds.
final class LandfallImage implements Contender {
  private final WorkerProcess worker;
  private final Path qcow2;
  private final Path raw;
  private final Scale scale;

  private LandfallImage(WorkerProcess worker, Path qcow2, Path raw, Scale scale) {
    this.worker = worker;
    this.qcow2 = qcow2;
    this.raw = raw;
    this.scale = scale;
  }

  static LandfallImage start(Rig rig, Path qcow2, Path raw, Scale scale) throws IOException {
    return new LandfallImage(WorkerProcess.start(rig), qcow2, raw, scale);
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
    return Optional.of(
        job.name().startsWith("read")
            ? "one thread, one read at a time"
            : "one thread, fsync at the end");
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    String result = result(job, work).toString();
    return worker.tell(
        switch (job.name()) {
          case "qcow2 to raw" -> new Order.Convert(qcow2.toString(), result, Order.Format.RAW);
          case "raw to qcow2" -> new Order.Convert(raw.toString(), result, Order.Format.QCOW2);
          case "read in order" -> read(ImageBench.PIECE_BYTES);
          default -> read(ImageBench.scatterBytes(scale));
        });
  }

  private Order read(long step) {
    return new Order.Read(qcow2.toString(), ImageBench.PIECE_BYTES, step, ImageBench.reads(scale));
  }

  @Override
  public Path result(Job job, Path work) {
    return work.resolve(job.name());
  }

  @Override
  public void close() throws IOException {
    worker.close();
  }
}
