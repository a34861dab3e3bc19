package io.landfall.perf.worker;

import io.landfall.perf.worker.Order.Changed;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.IngestSummary;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.Restore;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.seal.StoreKey;
import io.landfall.store.verify.Verifier;
import io.landfall.store.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Stores images as checkpoints and takes them out again. Each order opens the store and closes it.
final class StoreWork {
  private static final JobKey JOB = new JobKey("bench", "bench", 1, 0);
  private static final String DISK = "disk";

  private StoreWork() {}

  static Map<String, Double> ingest(Order.Ingest order) throws IOException {
    StoreSettings settings =
        StoreSettings.defaults()
            .withCompression(order.store().compression())
            .withKey(key(order.store()));
    try (CheckpointStore store =
            CheckpointStore.open(Path.of(order.store().directory()), settings);
        RawFile image = RawFile.open(Path.of(order.image()))) {
      Optional<CheckpointRecord> last = store.ofJob(JOB).stream().reduce((_, later) -> later);
      Optional<CheckpointId> parent = last.map(CheckpointRecord::id);
      try (CheckpointWriter writer = store.begin(new CheckpointDraft(JOB, parent, "bench", "{}"))) {
        IngestSummary summary =
            writer.addDevice(
                order.kind(),
                DISK,
                image,
                baseline(store, last, order.changed()),
                Optional.empty(),
                done -> {});
        writer.commit();
        return figures(summary);
      }
    }
  }

  private static Optional<StoreKey> key(Order.StoreAt store) throws IOException {
    return store.keyFile().isEmpty()
        ? Optional.empty()
        : Optional.of(StoreKey.read(Path.of(store.keyFile())));
  }

  private static Baseline baseline(
      CheckpointStore store, Optional<CheckpointRecord> last, Changed changed) throws IOException {
    if (!changed.known()) {
      return Baseline.none();
    }
    Manifest parent = store.manifest(last.orElseThrow().device(DISK).orElseThrow());
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < changed.offsets().size(); i++) {
      ranges.add(new Range(changed.offsets().get(i), changed.lengths().get(i)));
    }
    return new Baseline(parent, ranges);
  }

  private static Map<String, Double> figures(IngestSummary summary) {
    return Map.of(
        "readBytes", (double) summary.readBytes(),
        "newBytes", (double) summary.newBytes(),
        "duplicateBytes", (double) summary.duplicateBytes());
  }

  static Map<String, Double> restore(Order.Restore order) throws IOException {
    try (CheckpointStore store =
        CheckpointStore.inspect(Path.of(order.store().directory()), key(order.store()))) {
      CheckpointId last = store.ofJob(JOB).getLast().id();
      try (CheckpointDevice disk = store.openDevice(last, DISK)) {
        Restore.toRaw(disk, Path.of(order.target()), done -> {});
      }
    }
    return Map.of();
  }

  static Map<String, Double> verify(Order.Verify order) throws IOException {
    VerifyReport report =
        Verifier.verify(Path.of(order.store().directory()), key(order.store()), done -> {});
    if (!report.clean()) {
      throw new IOException(order.store().directory() + ": damaged: " + report.findings());
    }
    return Map.of("readBytes", (double) report.bytesRead());
  }
}
