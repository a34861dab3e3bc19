package io.landfall.store.checkpoint;

import io.landfall.protocol.content.Chunks;
import io.landfall.store.io.DurableFiles;
import io.landfall.store.io.FileLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The FORMAT file: what kind of store this is. Written once, when the store is made.
///
/// @param uuid names the store; every pack repeats it
/// @param chunkSizeBytes of all chunks in it
record StoreFormat(UUID uuid, int chunkSizeBytes) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// Features without which the store cannot be read; this version knows none.
  private static final String INCOMPATIBLE = "incompatibleFeatures";

  static StoreFormat create(FileLayer files, StoreLayout layout, int chunkSizeBytes)
      throws IOException {
    StoreFormat format =
        new StoreFormat(UUID.randomUUID(), Chunks.requireChunkSize(chunkSizeBytes));
    DurableFiles.write(
        files, layout.temporary().resolve("FORMAT"), layout.format(), format.toBytes());
    return format;
  }

  /// Reads the file.
  ///
  /// @throws NoSuchFileException if there is no store
  static StoreFormat read(StoreLayout layout) throws IOException {
    return readFrom(Files.readAllBytes(layout.format()), layout.format());
  }

  /// The whole file.
  byte[] toBytes() {
    ObjectNode json = JSON.createObjectNode();
    json.put("uuid", uuid.toString());
    json.put("hash", "sha256").put("chunkSizeBytes", chunkSizeBytes);
    json.putArray(INCOMPATIBLE);
    return Envelope.FORMAT.seal(JSON.writeValueAsBytes(json));
  }

  static StoreFormat readFrom(byte[] file, Path path) throws DamagedStoreException {
    try {
      JsonNode tree = JSON.readTree(Envelope.FORMAT.open(file, path));
      List<String> unknown = new ArrayList<>();
      tree.required(INCOMPATIBLE).forEach(feature -> unknown.add(feature.asString()));
      if (!unknown.isEmpty()) {
        throw new DamagedStoreException(
            path,
            "needs the features " + unknown + ", which this version of Landfall does not know");
      }
      return new StoreFormat(
          UUID.fromString(tree.required("uuid").asString()),
          Chunks.requireChunkSize(tree.required("chunkSizeBytes").asInt()));
    } catch (JacksonException | IllegalArgumentException e) {
      throw new DamagedStoreException(path, e.getMessage());
    }
  }
}
