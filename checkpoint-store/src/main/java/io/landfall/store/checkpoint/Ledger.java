package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ImageId;
import io.landfall.store.io.DurableFiles;
import io.landfall.store.io.FileLayer;
import io.landfall.store.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/// Adds checkpoints to the catalog and takes them out: the writes behind a commit and a deletion,
/// one at a time.
///
/// Any thread.
final class Ledger {
  private final StoreLayout layout;
  private final FileLayer files;
  private final Catalog catalog;
  private final Seal seal;
  private boolean outcomeUnknown; // guarded by this
  private final Map<CheckpointId, Integer> reliedOn = new HashMap<>(); // guarded by this

  Ledger(StoreLayout layout, FileLayer files, Catalog catalog, Seal seal) {
    this.layout = layout;
    this.files = files;
    this.catalog = catalog;
    this.seal = seal;
  }

  /// @throws IOException if a commit before has failed in a way that leaves open whether it was one
  synchronized void requireKnownOutcome() throws IOException {
    if (outcomeUnknown) {
      throw new IOException(
          layout.root()
              + ": a commit could not be made durable, and nobody knows whether it was; open the"
              + " store again");
    }
  }

  /// The commit: everything the record refers to is durable by now.
  synchronized CheckpointRecord publish(
      CheckpointDraft draft,
      List<DeviceRecord> devices,
      List<BlobRecord> blobs,
      Map<Long, Long> packLengths)
      throws IOException {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    CheckpointRecord record =
        new CheckpointRecord(
            CheckpointId.create(now),
            draft.job(),
            draft.parent(),
            catalog.nextSequence(draft.job()),
            now,
            draft.executeHost(),
            draft.vmDescription(),
            devices,
            blobs,
            packLengths);
    publish(record);
    return record;
  }

  /// The commit of a record that has its name already.
  synchronized void publish(CheckpointRecord record) throws IOException {
    requireKnownOutcome();
    Path target = layout.record(record.id());
    try {
      DurableFiles.write(
          files, layout.temporary().resolve(target.getFileName()), target, record.toFile(seal));
    } catch (IOException e) {
      outcomeUnknown = Files.exists(target);
      throw e;
    }
    catalog.add(record);
  }

  /// Removes a checkpoint's record.
  synchronized void delete(CheckpointId id) throws IOException {
    if (catalog.find(id).isEmpty()) {
      throw new NoSuchElementException("checkpoint " + id + " is not in the store");
    }
    if (reliedOn.containsKey(id)) {
      throw new StoreHeldException("checkpoint " + id + ": a running ingest relies on it");
    }
    files.delete(layout.record(id));
    files.syncDirectory(layout.records());
    catalog.remove(id);
  }

  /// Finds a checkpoint with this content and keeps it from being deleted until [#release].
  synchronized Optional<CheckpointId> relyOn(ImageId content) {
    for (CheckpointRecord record : catalog.list()) {
      if (record.devices().stream().anyMatch(device -> device.imageId().equals(content))) {
        reliedOn.merge(record.id(), 1, Integer::sum);
        return Optional.of(record.id());
      }
    }
    return Optional.empty();
  }

  synchronized void release(List<CheckpointId> ids) {
    for (CheckpointId id : ids) {
      reliedOn.computeIfPresent(id, (_, count) -> count == 1 ? null : count - 1);
    }
  }
}
