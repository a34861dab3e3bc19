package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.store.chunk.ChunkIndex;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.ChunkLocator;
import io.landfall.store.chunk.ChunkReader;
import io.landfall.store.chunk.ChunkSession;
import io.landfall.store.chunk.ChunkStore;
import io.landfall.store.chunk.PackCollection;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.chunk.PackReaders;
import io.landfall.store.chunk.PackTables;
import io.landfall.store.index.RocksIndex;
import io.landfall.store.io.DurableFiles;
import io.landfall.store.io.FileLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private final StoreSettings settings;
  private final StoreFormat format;
  private final Catalog catalog;
  private final PackReaders packs;
  private final ChunkReader chunks;
  private final ChunkLocator locator;
  private final Optional<Writing> writing;
  private boolean outcomeUnknown; // guarded by this
  private final Map<CheckpointId, Integer> reliedOn = new HashMap<>(); // guarded by this

  /// What only the writer has.
  private record Writing(StoreLock lock, ChunkIndex index, ChunkStore chunks) {
    void close() throws IOException {
      try {
        chunks.close();
      } finally {
        index.close();
        lock.close();
      }
    }
  }

  private CheckpointStore(
      StoreLayout layout,
      StoreSettings settings,
      StoreFormat format,
      Catalog catalog,
      ChunkLocator locator,
      Optional<Writing> writing) {
    this.layout = layout;
    this.settings = settings;
    this.format = format;
    this.catalog = catalog;
    this.locator = locator;
    this.packs = new PackReaders(layout.packs());
    this.chunks = new ChunkReader(locator, packs);
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

  /// Makes or opens an index.
  @FunctionalInterface
  interface IndexOpener {
    ChunkIndex open() throws IOException;
  }

  static CheckpointStore open(Path directory, StoreSettings settings, IndexOpener opener)
      throws IOException {
    StoreLayout layout = new StoreLayout(directory);
    FileLayer files = settings.files();
    files.createDirectory(directory);
    StoreLock lock = StoreLock.take(layout.lock());
    ChunkIndex index = null;
    try {
      files.createDirectory(layout.temporary());
      files.createDirectory(layout.records());
      files.createDirectory(layout.packs().root());
      emptyTemporary(layout, files);
      StoreFormat format = readOrCreate(layout, settings);
      Catalog catalog = Catalog.load(layout);
      index = opener.open();
      ChunkStore chunks =
          ChunkStore.open(
              files,
              layout.packs(),
              format.uuid(),
              index,
              CheckpointRecord.neededPacks(catalog.list()));
      return new CheckpointStore(
          layout, settings, format, catalog, chunks, Optional.of(new Writing(lock, index, chunks)));
    } catch (IOException | RuntimeException e) {
      if (index != null) {
        index.close();
      }
      lock.close();
      throw e;
    }
  }

  /// Makes the index of the store in `directory` again, from its packs alone.
  ///
  /// @return about how many chunks it has rows for now
  /// @throws StoreHeldException if another process has the store open for writing
  /// @throws NoSuchFileException if there is no store
  public static long rebuildIndex(Path directory, StoreSettings settings) throws IOException {
    StoreLayout layout = new StoreLayout(directory);
    StoreFormat.read(layout);
    try (StoreLock _ = StoreLock.take(layout.lock())) {
      RocksIndex.delete(layout.index());
    }
    try (CheckpointStore store = open(directory, settings)) {
      return store.writing.orElseThrow().index().estimatedChunks();
    }
  }

  private static void emptyTemporary(StoreLayout layout, FileLayer files) throws IOException {
    try (var left = Files.list(layout.temporary())) {
      for (Path file : left.toList()) {
        files.delete(file);
      }
    }
  }

  private static StoreFormat readOrCreate(StoreLayout layout, StoreSettings settings)
      throws IOException {
    try {
      return StoreFormat.read(layout);
    } catch (NoSuchFileException e) {
      if (!layout.packs().list().isEmpty()) {
        throw new DamagedStoreException(
            layout.format(), "missing, although there are packs; restore it from a backup");
      }
      return StoreFormat.create(settings.files(), layout, settings.chunkSizeBytes());
    }
  }

  /// Opens the store in `directory` for looking: beside a running daemon, or with it dead. Changes
  /// nothing and takes no lock.
  ///
  /// @throws NoSuchFileException if there is no store
  public static CheckpointStore inspect(Path directory) throws IOException {
    StoreLayout layout = new StoreLayout(directory);
    StoreFormat format = StoreFormat.read(layout);
    Catalog catalog = Catalog.load(layout);
    return new CheckpointStore(
        layout,
        StoreSettings.defaults(),
        format,
        catalog,
        new LazyTables(layout.packs()),
        Optional.empty());
  }

  /// Reads the packs' tables when the first chunk is looked for: a listing needs none.
  private static final class LazyTables implements ChunkLocator, AutoCloseable {
    private final PackDirectory directory;
    private PackTables tables; // guarded by this
    private boolean closed; // guarded by this

    LazyTables(PackDirectory directory) {
      this.directory = directory;
    }

    @Override
    public Optional<ChunkLocation> find(ChunkId id) throws IOException {
      return tables().find(id);
    }

    @Override
    public synchronized void close() {
      closed = true;
      if (tables != null) {
        tables.close();
      }
    }

    private synchronized PackTables tables() throws IOException {
      if (closed) {
        throw new IOException("the store is closed");
      }
      if (tables == null) {
        tables = new PackTables(directory);
      }
      return tables;
    }
  }

  /// Starts a checkpoint. Caller closes.
  ///
  /// @throws IllegalStateException if the store was opened for looking
  public CheckpointWriter begin(CheckpointDraft draft) throws IOException {
    Writing open = requireWriting();
    requireKnownOutcome();
    if (draft.parent().isPresent() && catalog.find(draft.parent().get()).isEmpty()) {
      throw new NoSuchElementException(
          "parent checkpoint " + draft.parent().get() + " is not in the store");
    }
    return new CheckpointWriter(this, draft, open.chunks().begin());
  }

  private synchronized void requireKnownOutcome() throws IOException {
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
    requireKnownOutcome();
    int sequence =
        catalog.ofJob(draft.job()).stream().mapToInt(CheckpointRecord::sequence).max().orElse(-1)
            + 1;
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    CheckpointRecord record =
        new CheckpointRecord(
            CheckpointId.create(now),
            draft.job(),
            draft.parent(),
            sequence,
            now,
            draft.executeHost(),
            draft.vmDescription(),
            devices,
            blobs,
            packLengths);
    Path target = layout.record(record.id());
    try {
      DurableFiles.write(
          settings.files(),
          layout.temporary().resolve(target.getFileName()),
          target,
          Envelope.RECORD.seal(RecordJson.write(record)));
    } catch (IOException e) {
      outcomeUnknown = Files.exists(target);
      throw e;
    }
    catalog.add(record);
    return record;
  }

  /// Deletes a checkpoint; its space comes back with the next garbage collection.
  ///
  /// @throws NoSuchElementException if there is no such checkpoint
  /// @throws StoreHeldException if a running ingest relies on it
  public synchronized void delete(CheckpointId id) throws IOException {
    requireWriting();
    require(id);
    if (reliedOn.containsKey(id)) {
      throw new StoreHeldException("checkpoint " + id + ": a running ingest relies on it");
    }
    settings.files().delete(layout.record(id));
    settings.files().syncDirectory(layout.records());
    catalog.remove(id);
  }

  /// Starts adding chunks that committed checkpoints miss. Caller closes.
  ///
  /// @throws IllegalStateException if the store was opened for looking
  public ChunkSession beginRepair() {
    return requireWriting().chunks().begin();
  }

  /// Starts a garbage collection of packs. Caller closes.
  ///
  /// @throws IllegalStateException if the store was opened for looking, or a collection is running
  public PackCollection collect() {
    return requireWriting().chunks().collect(packs);
  }

  private Writing requireWriting() {
    return writing.orElseThrow(
        () -> new IllegalStateException(layout.root() + ": opened for inspection only"));
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
    return id.isZero() || locator.find(id).isPresent();
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
    return locator;
  }

  /// The store's packs.
  public PackDirectory packDirectory() {
    return layout.packs();
  }

  /// The UUID that every pack of this store repeats.
  public UUID uuid() {
    return format.uuid();
  }

  /// Record files that could not be read when the store was opened, with the reason.
  public Map<Path, String> damagedRecords() {
    return catalog.damaged();
  }

  StoreSettings settings() {
    return settings;
  }

  StoreLayout layout() {
    return layout;
  }

  Catalog catalog() {
    return catalog;
  }

  /// Closes the store; writers and devices must be closed before.
  @Override
  public void close() throws IOException {
    packs.close();
    if (locator instanceof LazyTables tables) {
      tables.close();
    }
    if (writing.isPresent()) {
      writing.get().close();
    }
  }
}
