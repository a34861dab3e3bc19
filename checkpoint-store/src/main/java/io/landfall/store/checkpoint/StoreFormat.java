package io.landfall.store.checkpoint;

import io.landfall.protocol.content.Chunks;
import io.landfall.store.io.DurableFiles;
import io.landfall.store.io.FileLayer;
import io.landfall.store.seal.KeyRefusedException;
import io.landfall.store.seal.Seal;
import io.landfall.store.seal.StoreKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The FORMAT file: what kind of store this is. Written once, when the store is made.
///
/// @param uuid names the store; every pack repeats it
/// @param chunkSizeBytes of all chunks in it
/// @param keyCheck of an encrypted store: tells its key from others
record StoreFormat(UUID uuid, int chunkSizeBytes, Optional<String> keyCheck) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// Features without which the store cannot be read; this version knows one.
  private static final String INCOMPATIBLE = "incompatibleFeatures";

  private static final String ENCRYPTION = "encryption";

  private static final String CIPHER = "AES-256-GCM";

  static StoreFormat create(
      FileLayer files, StoreLayout layout, int chunkSizeBytes, Optional<StoreKey> key)
      throws IOException {
    UUID uuid = UUID.randomUUID();
    StoreFormat format =
        new StoreFormat(
            uuid, Chunks.requireChunkSize(chunkSizeBytes), key.map(one -> one.check(uuid)));
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
    ArrayNode features = json.putArray(INCOMPATIBLE);
    if (keyCheck.isPresent()) {
      features.add(ENCRYPTION);
      json.putObject(ENCRYPTION).put("cipher", CIPHER).put("keyCheck", keyCheck.get());
    }
    return Envelope.FORMAT.seal(JSON.writeValueAsBytes(json));
  }

  static StoreFormat readFrom(byte[] file, Path path) throws DamagedStoreException {
    try {
      JsonNode tree = JSON.readTree(Envelope.FORMAT.open(file, path));
      List<String> unknown = new ArrayList<>();
      tree.required(INCOMPATIBLE).forEach(feature -> unknown.add(feature.asString()));
      boolean encrypted = unknown.remove(ENCRYPTION);
      if (!unknown.isEmpty()) {
        throw new DamagedStoreException(
            path,
            "needs the features " + unknown + ", which this version of Landfall does not know");
      }
      return new StoreFormat(
          UUID.fromString(tree.required("uuid").asString()),
          Chunks.requireChunkSize(tree.required("chunkSizeBytes").asInt()),
          encrypted ? Optional.of(keyCheck(tree.required(ENCRYPTION))) : Optional.empty());
    } catch (JacksonException | IllegalArgumentException e) {
      throw new DamagedStoreException(path, e.getMessage());
    }
  }

  private static String keyCheck(JsonNode encryption) {
    String cipher = encryption.required("cipher").asString();
    if (!cipher.equals(CIPHER)) {
      throw new IllegalArgumentException("cipher " + cipher + ", this version knows " + CIPHER);
    }
    return encryption.required("keyCheck").asString();
  }

  /// How chunks and records lie in the store.
  ///
  /// @throws KeyRefusedException if it is encrypted and `key` is not its key
  Seal seal(StoreLayout layout, Optional<StoreKey> key) throws KeyRefusedException {
    if (keyCheck.isEmpty()) {
      return Seal.none();
    }
    if (key.isEmpty()) {
      throw new KeyRefusedException(
          layout.root()
              + ": the store is encrypted; give its key with --key-file or"
              + " LANDFALL_CHECKPOINT_KEY_FILE");
    }
    if (!key.get().check(uuid).equals(keyCheck.get())) {
      throw new KeyRefusedException(
          layout.root() + ": the store was made with another key than the one given");
    }
    return key.get().seal(uuid);
  }

  /// Like [#seal] for whoever is going to write.
  ///
  /// @throws KeyRefusedException also if there is a key and the store is not encrypted, since what
  ///   is stored would not be hidden as whoever gives a key expects
  Seal sealToWrite(StoreLayout layout, Optional<StoreKey> key) throws KeyRefusedException {
    if (keyCheck.isEmpty() && key.isPresent()) {
      throw new KeyRefusedException(
          layout.root()
              + ": a key is given and the store is not encrypted, which it can only be from its"
              + " beginning; leave the key away, or export and import into a new store");
    }
    return seal(layout, key);
  }
}
