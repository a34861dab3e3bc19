package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.DeviceRecord;
import io.landfall.store.checkpoint.IngestSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Checkpoint records as the JSON that the commands print. Field names are a promise to programs.
final class RecordTree {
  private static final JsonMapper JSON = JsonMapper.shared();

  private RecordTree() {}

  static ObjectNode of(CheckpointRecord record) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", record.id().text());
    json.put("job", record.job().toString());
    json.put("owner", record.job().owner());
    json.put("cluster", record.job().cluster());
    json.put("proc", record.job().proc());
    json.put("submitHost", record.job().submitHost());
    json.put("parent", record.parent().map(Object::toString).orElse(null));
    json.put("sequence", record.sequence());
    json.put("created", record.created().toString());
    json.put("ageSeconds", Duration.between(record.created(), Instant.now()).toSeconds());
    json.put("executeHost", record.executeHost());
    ArrayNode devices = json.putArray("devices");
    record.devices().forEach(device -> fill(devices.addObject(), device));
    ArrayNode blobs = json.putArray("blobs");
    record
        .blobs()
        .forEach(blob ->
            blobs
                .addObject()
                .put("name", blob.name())
                .put("sizeBytes", blob.sizeBytes())
                .put("imageId", blob.imageId().toString()));
    return json;
  }

  private static void fill(ObjectNode json, DeviceRecord device) {
    IngestSummary summary = device.summary();
    json.put("kind", device.kind().name().toLowerCase(Locale.ROOT))
        .put("name", device.name())
        .put("sizeBytes", device.sizeBytes())
        .put("imageId", device.imageId().toString())
        .put("zeroBytes", summary.zeroBytes())
        .put("unchangedBytes", summary.unchangedBytes())
        .put("claimedBytes", summary.claimedBytes())
        .put("duplicateBytes", summary.duplicateBytes())
        .put("newBytes", summary.newBytes())
        .put("storedBytes", summary.storedBytes());
  }
}
