package io.landfall.store.checkpoint;

import io.landfall.store.seal.Seal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/// All checkpoint records of a store, read from their files: an immutable map that is swapped when
/// a checkpoint is added or removed.
final class Catalog {
  private static final System.Logger LOG = System.getLogger(Catalog.class.getName());

  private final AtomicReference<NavigableMap<CheckpointId, CheckpointRecord>> records;
  private final Map<Path, String> damaged;

  private Catalog(NavigableMap<CheckpointId, CheckpointRecord> records, Map<Path, String> damaged) {
    this.records = new AtomicReference<>(Collections.unmodifiableNavigableMap(records));
    this.damaged = Map.copyOf(damaged);
  }

  /// Reads all record files; a damaged one is left out and remembered. Without the key of an
  /// encrypted store only damage is looked for, and the catalog is empty.
  static Catalog load(StoreLayout layout, Seal seal) throws IOException {
    NavigableMap<CheckpointId, CheckpointRecord> records = new TreeMap<>();
    Map<Path, String> damaged = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(layout.records(), "*.ckpt")) {
      for (Path file : files) {
        try {
          byte[] bytes = Files.readAllBytes(file);
          if (seal.isOpen()) {
            CheckpointRecord record = CheckpointRecord.fromFile(bytes, file, seal);
            records.put(record.id(), record);
          } else {
            Envelope.SEALED_RECORD.open(bytes, file);
          }
        } catch (DamagedStoreException e) {
          LOG.log(System.Logger.Level.WARNING, e.getMessage());
          damaged.put(file, e.getMessage());
        } catch (NoSuchFileException e) {
          LOG.log(System.Logger.Level.DEBUG, file + ": deleted meanwhile");
        }
      }
    }
    return new Catalog(records, damaged);
  }

  Optional<CheckpointRecord> find(CheckpointId id) {
    return Optional.ofNullable(records.get().get(id));
  }

  /// Oldest first.
  List<CheckpointRecord> list() {
    return List.copyOf(records.get().values());
  }

  List<CheckpointRecord> ofJob(JobKey job) {
    List<CheckpointRecord> found = new ArrayList<>();
    for (CheckpointRecord record : records.get().values()) {
      if (record.job().equals(job)) {
        found.add(record);
      }
    }
    return List.copyOf(found);
  }

  /// The number of a job's next checkpoint.
  int nextSequence(JobKey job) {
    return ofJob(job).stream().mapToInt(CheckpointRecord::sequence).max().orElse(-1) + 1;
  }

  /// Record files that could not be read, with the reason.
  Map<Path, String> damaged() {
    return damaged;
  }

  void add(CheckpointRecord record) {
    change(map -> map.put(record.id(), record));
  }

  void remove(CheckpointId id) {
    change(map -> map.remove(id));
  }

  private void change(java.util.function.Consumer<Map<CheckpointId, CheckpointRecord>> edit) {
    UnaryOperator<NavigableMap<CheckpointId, CheckpointRecord>> copied =
        old -> {
          NavigableMap<CheckpointId, CheckpointRecord> copy = new TreeMap<>(old);
          edit.accept(copy);
          return Collections.unmodifiableNavigableMap(copy);
        };
    records.updateAndGet(copied);
  }
}
