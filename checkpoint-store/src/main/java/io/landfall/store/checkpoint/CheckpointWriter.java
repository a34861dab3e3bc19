package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkEncoder;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.store.chunk.ChunkSession;
import io.landfall.store.chunk.PackKind;
import io.landfall.store.io.StoreFullException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.LongConsumer;

/// Writes one checkpoint: devices and blobs, then `commit`.
///
/// `close` without `commit` leaves no trace in the catalog. What was stored by then stays in the
/// packs, and garbage collection leaves it alone for some hours, so that an ingest which is tried
/// again finds it there; unless it ended because the disk or the quota is full.
///
/// One thread at a time. Several writers may be open at once.
public final class CheckpointWriter implements AutoCloseable {
  /// The largest blob.
  public static final int MAX_BLOB_BYTES = 64 << 20;

  private final CheckpointStore store;
  private final Ledger ledger;
  private final UnfinishedIngests unfinished;
  private final CheckpointDraft draft;
  private final ChunkSession session;
  private final List<DeviceRecord> devices = new ArrayList<>();
  private final List<BlobRecord> blobs = new ArrayList<>();
  private final List<Manifest> manifests = new ArrayList<>();
  private final List<CheckpointId> reliedOn = new ArrayList<>();
  private boolean finished;
  private boolean noSecondAttempt;
  private boolean committed;
  private boolean closed;

  /// What a device of a checkpoint is.
  public enum Kind {
    /// A disk, addressed by guest offset.
    DISK,
    /// Guest memory, addressed by guest-physical address.
    MEMORY
  }

  CheckpointWriter(
      CheckpointStore store,
      Ledger ledger,
      UnfinishedIngests unfinished,
      CheckpointDraft draft,
      ChunkSession session) {
    this.store = store;
    this.ledger = ledger;
    this.unfinished = unfinished;
    this.draft = draft;
    this.session = session;
  }

  /// Stores the content of a device. Several chunks are read at once, since `content` may be
  /// remote; it must read as the complete disk or memory wherever it is read at all.
  ///
  /// @param name unique within the checkpoint
  /// @param content borrowed until return
  /// @param baseline what is known before reading; chunks that no changed range touches keep the
  ///   ids they have in its parent
  /// @param claimed the ids that the source says its chunks have: a chunk that the store holds
  ///   under its claimed id is not read. A chunk that is read and has another id ends the ingest.
  /// @param progress told, from several threads, how many more bytes of the device are done
  /// @throws io.landfall.store.io.StoreFullException if the disk has no room
  public IngestSummary addDevice(
      Kind kind,
      String name,
      BlockDevice content,
      Baseline baseline,
      Optional<Manifest> claimed,
      LongConsumer progress)
      throws IOException {
    requireOpenAndNew(name);
    int chunkSize = store.chunkSizeBytes();
    claimed.ifPresent(manifest -> requireGeometry("claimed manifest", manifest, content));
    baseline.parent().ifPresent(manifest -> requireGeometry("baseline", manifest, content));
    requireWithin(baseline.changed(), content);
    DeviceIngest ingest =
        new DeviceIngest(
            store.settings(),
            session,
            store.chunks(),
            kind == Kind.DISK ? PackKind.DISK : PackKind.MEMORY,
            content,
            baseline
                .parent()
                .map(Manifest::toBuilder)
                .orElseGet(() -> Manifest.builder(content.sizeBytes(), chunkSize)),
            chunkSize,
            claimed,
            progress);
    deltaBases(name, baseline).ifPresent(ingest::useDeltaBases);
    try {
      run(ingest, baseline);
    } catch (StoreFullException e) {
      noSecondAttempt = true;
      throw e;
    }
    Manifest manifest = ingest.manifest();
    manifests.add(manifest);
    devices.add(
        new DeviceRecord(
            kind,
            name,
            content.sizeBytes(),
            chunkSize,
            manifest.imageId(),
            manifest.root(),
            ingest.summary()));
    return ingest.summary();
  }

  private void run(DeviceIngest ingest, Baseline baseline) throws IOException {
    if (baseline.parent().isEmpty()) {
      ingest.readAll();
      return;
    }
    Manifest parent = baseline.parent().get();
    Optional<CheckpointId> recorded = ledger.relyOn(parent.imageId());
    recorded.ifPresent(reliedOn::add);
    ingest.keepUnchanged(baseline, parent, recorded.isPresent());
  }

  /// The content whose chunks are the bases of deltas: the baseline's, or else that of the device
  /// of the same name in the parent checkpoint.
  private Optional<Manifest> deltaBases(String name, Baseline baseline) throws IOException {
    if (baseline.parent().isPresent() || draft.parent().isEmpty()) {
      return baseline.parent();
    }
    Optional<DeviceRecord> former =
        store.find(draft.parent().get()).flatMap(parent -> parent.device(name));
    return former.isEmpty() ? Optional.empty() : Optional.of(store.manifest(former.get()));
  }

  private void requireOpenAndNew(String name) {
    if (finished) {
      throw new IllegalStateException("this checkpoint is committed or closed");
    }
    boolean known =
        devices.stream().anyMatch(device -> device.name().equals(name))
            || blobs.stream().anyMatch(blob -> blob.name().equals(name));
    if (known) {
      throw new IllegalArgumentException(
          "device or blob name: \"" + name + "\" is taken, expected a new one");
    }
    StoredContent.requireName(name);
  }

  private void requireGeometry(String what, Manifest manifest, BlockDevice content) {
    if (manifest.sizeBytes() != content.sizeBytes()
        || manifest.chunkSizeBytes() != store.chunkSizeBytes()) {
      throw new IllegalArgumentException(
          "%s: %d bytes in chunks of %d, expected %d bytes in chunks of %d"
              .formatted(
                  what,
                  manifest.sizeBytes(),
                  manifest.chunkSizeBytes(),
                  content.sizeBytes(),
                  store.chunkSizeBytes()));
    }
  }

  private static void requireWithin(List<Range> changed, BlockDevice content) {
    for (Range range : changed) {
      if (range.end() > content.sizeBytes()) {
        throw new IllegalArgumentException(
            "changed " + range + " ends behind the device of " + content.sizeBytes() + " bytes");
      }
    }
  }

  /// Stores a small piece of state under a name of its own.
  ///
  /// @param bytes at most [#MAX_BLOB_BYTES]
  public void addBlob(String name, byte[] bytes) throws IOException {
    requireOpenAndNew(name);
    if (bytes.length > MAX_BLOB_BYTES) {
      throw new IllegalArgumentException(
          "blob " + name + ": " + bytes.length + " bytes, expected at most " + MAX_BLOB_BYTES);
    }
    Manifest manifest = BlobIngest.store(session, bytes, store.chunkSizeBytes(), encoder());
    manifests.add(manifest);
    blobs.add(
        new BlobRecord(
            name, bytes.length, store.chunkSizeBytes(), manifest.imageId(), manifest.root()));
  }

  private ChunkEncoder encoder() {
    return new ChunkEncoder(store.settings().compression());
  }

  /// Makes the checkpoint durable and visible, in this order: manifest nodes; every pack that it
  /// relies on, also those of other ingests; the record's file; its rename, which is the commit;
  /// the directory. When this returns, the checkpoint survives a power cut.
  ///
  /// @throws QuotaExceededException if the owner's checkpoints would need more than they may
  public CheckpointRecord commit() throws IOException {
    if (finished) {
      throw new IllegalStateException("this checkpoint is committed or closed");
    }
    try {
      return commitNow();
    } catch (QuotaExceededException | StoreFullException e) {
      noSecondAttempt = true;
      throw e;
    }
  }

  private CheckpointRecord commitNow() throws IOException {
    CommitEvent event = new CommitEvent();
    event.begin();
    ChunkEncoder encoder = encoder();
    for (Manifest manifest : manifests) {
      manifest.forEachNode((id, level, childIds) -> {
        if (!session.touch(id)) {
          session.store(PackKind.META, encoder.encodeNode(id, level, childIds));
        }
      });
    }
    String owner = draft.job().owner();
    long bytes = session.storedBytes();
    OwnerUsage usage = store.usage();
    usage.reserve(owner, bytes);
    try {
      SortedMap<Long, Long> packs = session.barrier();
      CheckpointRecord record =
          usage.settle(owner, bytes, () -> ledger.publish(draft, devices, blobs, packs));
      finished = true;
      committed = true;
      event.job = draft.job().toString();
      event.storedBytes = bytes;
      event.packs = packs.size();
      event.commit();
      return record;
    } finally {
      usage.release(owner, bytes);
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (committed || noSecondAttempt) {
      unfinished.end(draft.job());
    } else {
      unfinished.breakOff(draft.job(), session.pinnedPacks());
    }
    finished = true;
    ledger.release(reliedOn);
    reliedOn.clear();
    session.close();
  }
}
