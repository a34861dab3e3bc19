package io.landfall.store.checkpoint;

import io.landfall.store.seal.Seal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A committed checkpoint: everything but the content itself. Its file's rename was the commit.
///
/// @param id its name
/// @param job whose state it is
/// @param parent the checkpoint that the job ran from
/// @param sequence 0 for a job's first, then counting up
/// @param created when it was committed
/// @param executeHost where the job ran
/// @param vmDescription JSON that a restore needs
/// @param devices disks and memory
/// @param blobs small pieces
/// @param packs how far each pack that was still open at the commit is durable, for recovery; not
///   all packs that hold its chunks, which garbage collection may move
public record CheckpointRecord(
    CheckpointId id,
    JobKey job,
    Optional<CheckpointId> parent,
    int sequence,
    Instant created,
    String executeHost,
    String vmDescription,
    List<DeviceRecord> devices,
    List<BlobRecord> blobs,
    Map<Long, Long> packs) {

  /// Copies the collections.
  public CheckpointRecord {
    devices = List.copyOf(devices);
    blobs = List.copyOf(blobs);
    packs = Map.copyOf(packs);
  }

  /// Devices and blobs.
  public List<StoredContent> contents() {
    List<StoredContent> all = new ArrayList<>(devices);
    all.addAll(blobs);
    return all;
  }

  /// The disk or memory called `name`.
  public Optional<DeviceRecord> device(String name) {
    return devices.stream().filter(device -> device.name().equals(name)).findFirst();
  }

  /// The blob called `name`.
  public Optional<BlobRecord> blob(String name) {
    return blobs.stream().filter(blob -> blob.name().equals(name)).findFirst();
  }

  /// The summaries of all devices together.
  public IngestSummary summary() {
    return devices.stream()
        .map(DeviceRecord::summary)
        .reduce(new IngestSummary(0, 0, 0, 0, 0, 0, 0), IngestSummary::plus);
  }

  /// The file that is this record where nothing is encrypted, and in an export.
  public byte[] toBytes() {
    return Envelope.RECORD.seal(RecordJson.write(this));
  }

  /// The file that is this record in a store with `seal`.
  byte[] toFile(Seal seal) {
    byte[] json = RecordJson.write(this);
    return seal.sealRecord(id.text(), json)
        .map(Envelope.SEALED_RECORD::seal)
        .orElseGet(() -> Envelope.RECORD.seal(json));
  }

  /// Reads a record from the bytes of its file in a store with `seal`.
  ///
  /// @throws DamagedStoreException if they are not what [#toFile] gave under that name
  static CheckpointRecord fromFile(byte[] file, Path path, Seal seal) throws DamagedStoreException {
    if (seal == Seal.none()) {
      return readFrom(file, path);
    }
    byte[] sealed = Envelope.SEALED_RECORD.open(file, path);
    String name = path.getFileName().toString().replace(".ckpt", "");
    try {
      return RecordJson.read(seal.openRecord(name, sealed), path);
    } catch (DamagedStoreException e) {
      throw e;
    } catch (IOException e) {
      throw new DamagedStoreException(path, e.getMessage());
    }
  }

  /// Reads a record from the bytes that it has where nothing is encrypted.
  ///
  /// @param path for messages
  /// @throws DamagedStoreException if they are not what [#toBytes] gave
  public static CheckpointRecord readFrom(byte[] file, Path path) throws DamagedStoreException {
    return RecordJson.read(Envelope.RECORD.open(file, path), path);
  }

  /// The same checkpoint, relying on other packs.
  CheckpointRecord withPacks(Map<Long, Long> other) {
    return new CheckpointRecord(
        id, job, parent, sequence, created, executeHost, vmDescription, devices, blobs, other);
  }

  /// For each pack, the farthest that one of `records` needs it.
  public static Map<Long, Long> neededPacks(Iterable<CheckpointRecord> records) {
    Map<Long, Long> needed = new TreeMap<>();
    for (CheckpointRecord record : records) {
      record.packs().forEach((pack, length) -> needed.merge(pack, length, Math::max));
    }
    return needed;
  }
}
