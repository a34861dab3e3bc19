package io.landfall.transfer.daemon;

import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.ContentDiff;
import io.landfall.store.checkpoint.DeviceRecord;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.web.Document;
import io.landfall.transfer.web.Site;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// What the agent shows over HTTP. Any thread.
final class AgentSite implements Site {
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final int MAP_CELLS = 1024;
  private static final int MAX_POINTS = 400;
  private static final int MAX_TRANSFERS = 100;
  private static final int MAX_CHECKPOINTS = 500;

  private final StatusDesk status;
  private final Optional<CheckpointStore> store;
  private final BooleanSupplier alive;

  /// A checkpoint of a job's tree.
  record CheckpointLine(
      String id,
      Optional<String> parent,
      int sequence,
      Instant created,
      String host,
      List<DeviceLine> devices) {}

  /// A disk or memory of a checkpoint, and where its bytes went when it was stored.
  record DeviceLine(
      String name, String kind, long size, long zero, long unchanged, long known, long stored) {}

  /// What changed between two checkpoints.
  record DiskMap(
      String device,
      long sizeBytes,
      long chunkBytes,
      long changedBytes,
      int ranges,
      String cells) {}

  /// What the store's checkpoints were together when one was made.
  record Point(Instant time, long logicalBytes, long storedBytes) {}

  AgentSite(StatusDesk status, Optional<CheckpointStore> store, BooleanSupplier alive) {
    this.status = status;
    this.store = store;
    this.alive = alive;
  }

  @Override
  public String event() throws IOException {
    return ControlJson.write(status.overview());
  }

  @Override
  public Optional<Document> find(String path, Map<String, String> query) throws IOException {
    return switch (path) {
      case "/healthz" ->
          Optional.of(
              alive.getAsBoolean()
                  ? Document.of("text/plain", "ok\n")
                  : Document.refusal(503, "the network side does not answer"));
      case "/metrics" -> Optional.of(Document.of(METRICS_TYPE, status.metrics()));
      case "/api/status" -> Optional.of(Document.json(event()));
      case "/api/transfers" -> json(status.transfers(MAX_TRANSFERS).transfers());
      case "/api/checkpoints" ->
          json(query.containsKey("job") ? checkpoints(query.get("job")) : counts());
      case "/api/history" -> json(history());
      case "/api/map" -> json(map(query));
      default -> Optional.empty();
    };
  }

  private static Optional<Document> json(Object value) {
    return Optional.of(Document.json(ControlJson.write(value)));
  }

  private List<CheckpointRecord> records() {
    return store.map(CheckpointStore::list).orElse(List.of());
  }

  private Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    records().forEach(record -> counts.merge(record.job().toString(), 1, Integer::sum));
    return counts;
  }

  private List<CheckpointLine> checkpoints(String job) {
    List<CheckpointRecord> all =
        records().stream().filter(record -> record.job().toString().equals(job)).toList();
    return all.subList(Math.max(0, all.size() - MAX_CHECKPOINTS), all.size()).stream()
        .map(AgentSite::line)
        .toList();
  }

  private static CheckpointLine line(CheckpointRecord record) {
    return new CheckpointLine(
        record.id().text(),
        record.parent().map(CheckpointId::text),
        record.sequence(),
        record.created(),
        record.executeHost(),
        record.devices().stream().map(AgentSite::line).toList());
  }

  private static DeviceLine line(DeviceRecord device) {
    var summary = device.summary();
    return new DeviceLine(
        device.name(),
        device.kind().name().toLowerCase(Locale.ROOT),
        device.sizeBytes(),
        summary.zeroBytes(),
        summary.unchangedBytes(),
        summary.claimedBytes() + summary.duplicateBytes(),
        summary.storedBytes());
  }

  /// Of the checkpoints that are there now: what was deleted is not in it.
  private List<Point> history() {
    List<Point> points = new ArrayList<>();
    long logical = 0;
    long stored = 0;
    for (CheckpointRecord record : records()) {
      logical += record.summary().imageBytes();
      stored += record.summary().storedBytes();
      points.add(new Point(record.created(), logical, stored));
    }
    int step = Math.ceilDiv(Math.max(1, points.size()), MAX_POINTS);
    List<Point> thinned = new ArrayList<>();
    for (int i = points.size() - 1; i >= 0; i -= step) {
      thinned.add(points.get(i)); // the last one always
    }
    return thinned.reversed();
  }

  private DiskMap map(Map<String, String> query) throws IOException {
    DeviceRecord before = device(query.get("a"), query.get("device"));
    DeviceRecord after = device(query.get("b"), query.get("device"));
    CheckpointStore open = store.orElseThrow();
    ContentDiff diff =
        ContentDiff.of(after.name(), open.manifest(before), open.manifest(after), MAP_CELLS);
    return new DiskMap(
        after.name(),
        after.sizeBytes(),
        after.chunkSizeBytes(),
        diff.changedBytes(),
        diff.changed().size(),
        diff.map());
  }

  private DeviceRecord device(String id, String name) {
    return records().stream()
        .filter(record -> record.id().text().equals(id))
        .flatMap(record -> record.device(String.valueOf(name)).stream())
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "a and b are ids of checkpoints, device a disk or memory of both"));
  }
}
