package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.ChunkLocator;
import io.landfall.store.chunk.ChunkReader;
import io.landfall.store.chunk.ChunkSession;
import io.landfall.store.chunk.PackCollection;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.chunk.PackReaders;
import io.landfall.store.index.RocksIndex;
import io.landfall.store.io.DiskReserve;
import io.landfall.store.seal.Seal;
import io.landfall.store.seal.StoreKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;

/// The checkpoint store: a directory in SPOOL.
///
/// Truth is in files that are written once, packs and records; the index beside them can be deleted
/// and made again. One process, the daemon, has the store open for writing; any number look into it
/// beside that, or with it dead, and need neither lock nor index.
///
/// Any thread.
public final class CheckpointStore implements AutoCloseable {
  private final StoreLayout layout;
  private volatile StoreSettings settings;
  private final StoreFormat format;
  private final Seal seal;
  private final Catalog catalog;
  private final PackReaders packs;
  private final ChunkReader chunks;
  private final ChunkLocator storedLocator;
  private final Optional<StoreWriting> writing;
  private final OwnerUsage usage = new OwnerUsage(this);

  private CheckpointStore(
      StoreLayout layout,
      StoreSettings settings,
      StoreFormat format,
      Seal seal,
      Catalog catalog,
      ChunkLocator storedLocator,
      Optional<StoreWriting> writing) {
    this.layout = layout;
    this.settings = settings;
    this.format = format;
    this.seal = seal;
    this.catalog = catalog;
    this.storedLocator = storedLocator;
    this.packs = new PackReaders(layout.packs());
    this.chunks = new ChunkReader(locator(), packs, seal);
    this.writing = writing;
  }

  /// Opens the store in `directory` for writing, making it if there is none; puts right what a
  /// crash left.
  ///
  /// @throws StoreHeldException if another process has it open for writing
  /// @throws DamagedStoreException if its format is damaged or newer than this version
  public static CheckpointStore open(Path directory, StoreSettings settings) throws IOException {
    return open(
        directory,
        settings,
        () -> RocksIndex.open(new StoreLayout(directory).index(), settings.index()));
  }

  static CheckpointStore open(
      Path directory, StoreSettings settings, StoreWriting.IndexOpener opener) throws IOException {
    StoreLayout layout = new StoreLayout(directory);
    StoreWriting open = StoreWriting.open(layout, settings, opener);
    return new CheckpointStore(
        layout,
        settings,
        open.format(),
        open.seal(),
        open.catalog(),
        open.chunks(),
        Optional.of(open));
  }

  /// Makes the index of the store in `directory` again, from its packs alone.
  ///
  /// @return about how many chunks it has rows for now
  /// @throws StoreHeldException if another process has the store open for writing
  /// @throws NoSuchFileException if there is no store
  public static long rebuildIndex(Path directory, StoreSettings settings) throws IOException {
    StoreWriting.forgetIndex(new StoreLayout(directory));
    try (CheckpointStore store = open(directory, settings)) {
      return store.writing.orElseThrow().index().estimatedChunks();
    }
  }

  /// Opens the store in `directory` for looking: beside a running daemon, or with it dead. Changes
  /// nothing and takes no lock.
  ///
  /// @throws NoSuchFileException if there is no store
  public static CheckpointStore inspect(Path directory) throws IOException {
    return inspect(directory, Optional.empty());
  }

  /// Like [#inspect(Path)], of a store that may be encrypted.
  ///
  /// @param key of an encrypted store; one that is not encrypted needs none and ignores it
  /// @throws io.landfall.store.seal.KeyRefusedException if it is encrypted and that is not its key
  public static CheckpointStore inspect(Path directory, Optional<StoreKey> key) throws IOException {
    StoreLayout layout = new StoreLayout(directory);
    StoreFormat format = StoreFormat.read(layout);
    return inspect(layout, format, format.seal(layout, key));
  }

  /// Like [#inspect(Path, Optional)]; but an encrypted store may be looked at without its key: its
  /// packs can then be checked, and it seems to have no checkpoints.
  public static CheckpointStore inspectStructure(Path directory, Optional<StoreKey> key)
      throws IOException {
    StoreLayout layout = new StoreLayout(directory);
    StoreFormat format = StoreFormat.read(layout);
    boolean locked = format.keyCheck().isPresent() && key.isEmpty();
    return inspect(layout, format, locked ? Seal.locked() : format.seal(layout, key));
  }

  private static CheckpointStore inspect(StoreLayout layout, StoreFormat format, Seal seal)
      throws IOException {
    Catalog catalog = Catalog.load(layout, seal);
    return new CheckpointStore(
        layout,
        StoreSettings.defaults(),
        format,
        seal,
        catalog,
        new LazyTables(layout.packs()),
        Optional.empty());
  }

  /// Starts a checkpoint. Caller closes.
  ///
  /// @throws QuotaExceededException if the owner's checkpoints need all they may
  /// @throws io.landfall.store.io.StoreFullException if no more than the reserve is free
  /// @throws IllegalStateException if the store was opened for looking
  public CheckpointWriter begin(CheckpointDraft draft) throws IOException {
    StoreWriting open = requireWriting();
    open.ledger().requireKnownOutcome();
    if (draft.parent().isPresent() && catalog.find(draft.parent().get()).isEmpty()) {
      throw new NoSuchElementException(
          "parent checkpoint " + draft.parent().get() + " is not in the store");
    }
    usage.require(draft.job().owner(), 0);
    ChunkSession session = beginChunks(open);
    open.unfinished().begin(draft.job(), open.chunks().lowestOpenPack());
    return new CheckpointWriter(this, open.ledger(), open.unfinished(), draft, session);
  }

  /// Deletes a checkpoint; its space comes back with the next garbage collection.
  ///
  /// @throws NoSuchElementException if there is no such checkpoint
  /// @throws StoreHeldException if a running ingest relies on it
  public void delete(CheckpointId id) throws IOException {
    StoreWriting open = requireWriting();
    String owner = require(id).job().owner();
    open.ledger().delete(id);
    usage.deleted(owner);
  }

  /// Every ingest leaves the reserve alone, from its first byte.
  private ChunkSession beginChunks(StoreWriting open) throws IOException {
    DiskReserve reserve = new DiskReserve(layout.root(), settings.reservedDiskBytes());
    reserve.require();
    return open.chunks().begin(reserve::require);
  }

  /// Starts taking in checkpoints of another store. Caller closes.
  ///
  /// @throws IllegalStateException if the store was opened for looking
  public CheckpointImport beginImport() throws IOException {
    StoreWriting open = requireWriting();
    open.ledger().requireKnownOutcome();
    return new CheckpointImport(this, open.ledger(), beginChunks(open));
  }

  /// Starts adding chunks that committed checkpoints miss. Caller closes.
  ///
  /// @throws IllegalStateException if the store was opened for looking
  public ChunkSession beginRepair() throws IOException {
    return beginChunks(requireWriting());
  }

  /// Starts a garbage collection of packs. Caller closes.
  ///
  /// @throws IllegalStateException if the store was opened for looking, or a collection is running
  public PackCollection collect() {
    return requireWriting().chunks().collect(packs);
  }

  /// Packs in which ingests that broke off may find, at their next attempt, what they have stored.
  public NavigableSet<Long> unfinishedPacks() throws IOException {
    return UnfinishedIngests.packs(layout, layout.packs().list().keySet());
  }

  /// Gives up ingests that broke off: what they stored is garbage from now on.
  ///
  /// @throws IllegalStateException if the store was opened for looking
  public void forgetUnfinished() throws IOException {
    requireWriting().unfinished().forget();
  }

  private StoreWriting requireWriting() {
    return writing.orElseThrow(
        () -> new IllegalStateException(layout.root() + ": opened for inspection only"));
  }

  /// The checkpoint called `id`.
  public Optional<CheckpointRecord> find(CheckpointId id) {
    return catalog.find(id);
  }

  /// All checkpoints, oldest first.
  public List<CheckpointRecord> list() {
    return catalog.list();
  }

  /// The checkpoints of one job, oldest first.
  public List<CheckpointRecord> ofJob(JobKey job) {
    return catalog.ofJob(job);
  }

  /// Opens a disk or memory state of a checkpoint. Caller closes.
  ///
  /// @throws NoSuchElementException if there is no such checkpoint or device
  public CheckpointDevice openDevice(CheckpointId id, String device) throws IOException {
    DeviceRecord found =
        require(id)
            .device(device)
            .orElseThrow(
                () -> new NoSuchElementException("checkpoint " + id + " has no device " + device));
    return new CheckpointDevice(id + "/" + device, manifest(found), chunks);
  }

  /// Reads a blob of a checkpoint.
  ///
  /// @throws NoSuchElementException if there is no such checkpoint or blob
  public byte[] blob(CheckpointId id, String name) throws IOException {
    BlobRecord blob =
        require(id)
            .blob(name)
            .orElseThrow(
                () -> new NoSuchElementException("checkpoint " + id + " has no blob " + name));
    return BlobIngest.read(chunks, manifest(blob));
  }

  private CheckpointRecord require(CheckpointId id) {
    return catalog
        .find(id)
        .orElseThrow(() -> new NoSuchElementException("checkpoint " + id + " is not in the store"));
  }

  /// The ids of all chunks of a device or blob.
  public Manifest manifest(StoredContent content) throws IOException {
    return Manifest.fromTree(
        content.sizeBytes(), content.chunkSizeBytes(), content.root(), chunks::read);
  }

  /// Whether the store has a chunk of this name; it has every zero chunk.
  public boolean holds(ChunkId id) throws IOException {
    return id.isZero() || locator().find(id).isPresent();
  }

  /// The chunk size of everything in this store.
  public int chunkSizeBytes() {
    return format.chunkSizeBytes();
  }

  /// The store's directory.
  public Path directory() {
    return layout.root();
  }

  /// Where the index is, which this class's inspectors never read.
  public Path indexDirectory() {
    return layout.index();
  }

  /// Whether some process has the store open for writing.
  public boolean isHeld() throws IOException {
    return writing.isPresent() || StoreLock.isHeld(layout.lock());
  }

  /// Reads chunks and nodes by name, each checked against its id.
  public ChunkReader chunks() {
    return chunks;
  }

  /// Where chunks lie.
  public ChunkLocator locator() {
    return new ChunkLocator() {
      @Override
      public Optional<ChunkLocation> find(ChunkId id) throws IOException {
        return storedLocator.find(seal.storedId(id));
      }

      @Override
      public void lookAgain() throws IOException {
        storedLocator.lookAgain();
      }
    };
  }

  /// Where chunks lie, by the ids that stand in packs.
  public ChunkLocator storedLocator() {
    return storedLocator;
  }

  /// How chunks and records lie in this store.
  public Seal seal() {
    return seal;
  }

  /// The store's packs.
  public PackDirectory packDirectory() {
    return layout.packs();
  }

  /// The UUID that every pack of this store repeats.
  public UUID uuid() {
    return format.uuid();
  }

  /// Whether the record of a checkpoint is still there: it may have been deleted since the store
  /// was opened for looking.
  public boolean isRecorded(CheckpointId id) {
    return Files.exists(layout.record(id));
  }

  /// Record files that could not be read when the store was opened, with the reason.
  public Map<Path, String> damagedRecords() {
    return catalog.damaged();
  }

  OwnerUsage usage() {
    return usage;
  }

  /// Takes over compression, reserve and quotas; they hold for whatever begins from now on.
  public void reconfigure(StoreSettings other) {
    settings =
        settings
            .withCompression(other.compression())
            .withReservedDisk(other.reservedDiskBytes())
            .withQuotas(other.quotas());
  }

  StoreSettings settings() {
    return settings;
  }

  /// Closes the store; writers and devices must be closed before.
  @Override
  public void close() throws IOException {
    packs.close();
    if (storedLocator instanceof LazyTables tables) {
      tables.close();
    }
    if (writing.isPresent()) {
      writing.get().close();
    }
  }
}
