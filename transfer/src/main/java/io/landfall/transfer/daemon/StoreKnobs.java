package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Compression;
import io.landfall.store.checkpoint.Quotas;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.seal.StoreKey;
import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How a submit agent writes its checkpoint store. Sizes are MiB, as HTCondor's `RESERVED_DISK` is.
final class StoreKnobs {
  private static final String QUOTA = "LANDFALL_CHECKPOINT_QUOTA";
  private static final String COMPRESSION = "LANDFALL_CHECKPOINT_COMPRESSION";
  private static final String KEY_FILE = "LANDFALL_CHECKPOINT_KEY_FILE";
  private static final int MIB_SHIFT = 20;
  private static final long MAX_MIB = 1L << 40;

  private StoreKnobs() {}

  static StoreSettings read(Configuration configuration) throws InvalidConfigurationException {
    long reserved = configuration.integer("RESERVED_DISK", 0, 0, MAX_MIB);
    return StoreSettings.defaults()
        .withReservedDisk(reserved << MIB_SHIFT)
        .withQuotas(quotas(configuration))
        .withCompression(compression(configuration))
        .withKey(key(configuration));
  }

  private static Optional<StoreKey> key(Configuration configuration)
      throws InvalidConfigurationException {
    Optional<Configuration.Setting> setting = configuration.find(KEY_FILE);
    String file = configuration.text(KEY_FILE, "").strip();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(StoreKey.read(Path.of(file)));
    } catch (IOException | InvalidPathException e) {
      throw Configuration.refused(
          setting.orElseThrow(), "a file with the store's key (" + e.getMessage() + ")");
    }
  }

  /// `5000, alice=20000`: alice may need 20,000 MiB, everybody else 5,000.
  private static Quotas quotas(Configuration configuration) throws InvalidConfigurationException {
    long standard = Long.MAX_VALUE;
    Map<String, Long> owners = new HashMap<>();
    for (String word : configuration.list(QUOTA)) {
      int equals = word.indexOf('=');
      try {
        long mib = Long.parseLong(word.substring(equals + 1).strip());
        if (mib < 0 || mib > MAX_MIB) {
          throw new NumberFormatException(word);
        }
        if (equals < 0) {
          standard = mib << MIB_SHIFT;
        } else {
          owners.put(word.substring(0, equals).strip(), mib << MIB_SHIFT);
        }
      } catch (NumberFormatException e) {
        throw Configuration.refused(
            configuration.find(QUOTA).orElseThrow(), "MiB, or a list of OWNER=MiB and MiB");
      }
    }
    return new Quotas(standard, owners);
  }

  private static Compression compression(Configuration configuration)
      throws InvalidConfigurationException {
    try {
      return Compression.valueOf(
          configuration.text(COMPRESSION, "LZ4").strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw Configuration.refused(configuration.find(COMPRESSION).orElseThrow(), "LZ4 or ZSTD");
    }
  }
}
