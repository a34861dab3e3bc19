package io.landfall.store.export;

import io.landfall.protocol.content.Chunks;
import java.io.IOException;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The first entry of an export.
///
/// @param store the store it comes from
/// @param chunkSizeBytes of all its chunks
/// @param checkpoints how many follow
record ExportHead(UUID store, int chunkSizeBytes, int checkpoints) {
  static final int VERSION = 1;
  static final int MAX_CHECKPOINTS = 100_000;
  private static final JsonMapper JSON = JsonMapper.shared();

  byte[] toBytes() {
    return JSON.writeValueAsBytes(
        JSON.createObjectNode()
            .put("version", VERSION)
            .put("store", store.toString())
            .put("chunkSizeBytes", chunkSizeBytes)
            .put("checkpoints", checkpoints));
  }

  static ExportHead readFrom(byte[] bytes) throws IOException {
    try {
      JsonNode json = JSON.readTree(bytes);
      int version = json.required("version").asInt();
      if (version != VERSION) {
        throw new DamagedExportException(
            "format version %d, this version of Landfall reads %d: use a newer Landfall"
                .formatted(version, VERSION));
      }
      int checkpoints = json.required("checkpoints").asInt();
      if (checkpoints < 0 || checkpoints > MAX_CHECKPOINTS) {
        throw new DamagedExportException(
            checkpoints + " checkpoints, expected at most " + MAX_CHECKPOINTS);
      }
      return new ExportHead(
          UUID.fromString(json.required("store").asString()),
          Chunks.requireChunkSize(json.required("chunkSizeBytes").asInt()),
          checkpoints);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new DamagedExportException(
          "its first entry is not one of an export: " + e.getMessage());
    }
  }
}
