package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A checkpoint record as JSON, field by field, so that a renamed Java field never changes the
/// format.
final class RecordJson {
  private static final JsonMapper JSON = JsonMapper.shared();

  private RecordJson() {}

  static byte[] write(CheckpointRecord record) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", record.id().text());
    json.putObject("job")
        .put("submitHost", record.job().submitHost())
        .put("owner", record.job().owner())
        .put("cluster", record.job().cluster())
        .put("proc", record.job().proc());
    record.parent().ifPresent(parent -> json.put("parent", parent.text()));
    json.put("sequence", record.sequence());
    json.put("created", record.created().toString());
    json.put("executeHost", record.executeHost());
    json.put("vmDescription", record.vmDescription());
    ArrayNode devices = json.putArray("devices");
    record.devices().forEach(device -> write(device, devices.addObject()));
    ArrayNode blobs = json.putArray("blobs");
    record.blobs().forEach(blob -> write(blob, blobs.addObject()));
    ObjectNode packs = json.putObject("packs");
    new TreeMap<>(record.packs())
        .forEach((pack, length) -> packs.put("%016x".formatted(pack), length));
    return JSON.writeValueAsBytes(json);
  }

  private static void write(DeviceRecord device, ObjectNode json) {
    IngestSummary summary = device.summary();
    json.put("kind", device.kind().name().toLowerCase(java.util.Locale.ROOT))
        .put("name", device.name())
        .put("sizeBytes", device.sizeBytes())
        .put("chunkSizeBytes", device.chunkSizeBytes())
        .put("imageId", device.imageId().toString())
        .put("root", device.root().toString());
    json.putObject("ingest")
        .put("zeroBytes", summary.zeroBytes())
        .put("unchangedBytes", summary.unchangedBytes())
        .put("claimedBytes", summary.claimedBytes())
        .put("duplicateBytes", summary.duplicateBytes())
        .put("newBytes", summary.newBytes())
        .put("storedBytes", summary.storedBytes());
  }

  private static void write(BlobRecord blob, ObjectNode json) {
    json.put("name", blob.name())
        .put("sizeBytes", blob.sizeBytes())
        .put("chunkSizeBytes", blob.chunkSizeBytes())
        .put("imageId", blob.imageId().toString())
        .put("root", blob.root().toString());
  }

  /// Reads what [#write] wrote; `path` is for the message.
  static CheckpointRecord read(byte[] json, Path path) throws DamagedStoreException {
    try {
      return read(JSON.readTree(json));
    } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
      throw new DamagedStoreException(path, "not a checkpoint record: " + e.getMessage());
    }
  }

  private static CheckpointRecord read(JsonNode json) {
    JsonNode job = json.required("job");
    List<DeviceRecord> devices = new ArrayList<>();
    json.required("devices").forEach(device -> devices.add(readDevice(device)));
    List<BlobRecord> blobs = new ArrayList<>();
    json.required("blobs").forEach(blob -> blobs.add(readBlob(blob)));
    Map<Long, Long> packs = new TreeMap<>();
    json.required("packs")
        .properties()
        .forEach(
            pack -> packs.put(Long.parseUnsignedLong(pack.getKey(), 16), pack.getValue().asLong()));
    return new CheckpointRecord(
        new CheckpointId(json.required("id").asString()),
        new JobKey(
            job.required("submitHost").asString(),
            job.required("owner").asString(),
            job.required("cluster").asInt(),
            job.required("proc").asInt()),
        json.has("parent")
            ? Optional.of(new CheckpointId(json.get("parent").asString()))
            : Optional.empty(),
        json.required("sequence").asInt(),
        Instant.parse(json.required("created").asString()),
        json.required("executeHost").asString(),
        json.required("vmDescription").asString(),
        devices,
        blobs,
        packs);
  }

  private static DeviceRecord readDevice(JsonNode json) {
    JsonNode ingest = json.required("ingest");
    long sizeBytes = json.required("sizeBytes").asLong();
    return new DeviceRecord(
        CheckpointWriter.Kind.valueOf(
            json.required("kind").asString().toUpperCase(java.util.Locale.ROOT)),
        json.required("name").asString(),
        sizeBytes,
        json.required("chunkSizeBytes").asInt(),
        ImageId.parse(json.required("imageId").asString()),
        ChunkId.parse(json.required("root").asString()),
        new IngestSummary(
            sizeBytes,
            ingest.required("zeroBytes").asLong(),
            ingest.required("unchangedBytes").asLong(),
            ingest.required("claimedBytes").asLong(),
            ingest.required("duplicateBytes").asLong(),
            ingest.required("newBytes").asLong(),
            ingest.required("storedBytes").asLong()));
  }

  private static BlobRecord readBlob(JsonNode json) {
    return new BlobRecord(
        json.required("name").asString(),
        json.required("sizeBytes").asLong(),
        json.required("chunkSizeBytes").asInt(),
        ImageId.parse(json.required("imageId").asString()),
        ChunkId.parse(json.required("root").asString()));
  }
}
