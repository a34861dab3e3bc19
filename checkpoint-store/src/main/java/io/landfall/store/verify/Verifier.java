package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.DamagedStoreException;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.seal.StoreKey;
import io.landfall.store.verify.Finding.Kind;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/// Reads a whole store and reports every byte that is not what it was.
///
/// Holds what it found, and of the chunks that are whole only the tables of the packs at hand: one
/// a processor.
public final class Verifier {
  private final CheckpointStore store;
  private final LongConsumer progress;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<ChunkId, Finding> damaged = new TreeMap<>();
  private long chunks;
  private long bytesRead;
  private int packs;

  private Verifier(CheckpointStore store, LongConsumer progress) {
    this.store = store;
    this.progress = progress;
  }

  /// Verifies the store in `directory`, beside its daemon or with it dead.
  ///
  /// @param progress told how many more bytes of packs are done
  /// @throws NoSuchFileException if there is no store
  public static VerifyReport verify(Path directory, LongConsumer progress) throws IOException {
    return verify(directory, Optional.empty(), progress);
  }

  /// Verifies a store that may be encrypted. Without its key every byte is checked against the
  /// checksums, and no checkpoint is looked into.
  ///
  /// @throws io.landfall.store.seal.KeyRefusedException if there is a key and it is another one
  public static VerifyReport verify(Path directory, Optional<StoreKey> key, LongConsumer progress)
      throws IOException {
    long start = System.nanoTime();
    try (CheckpointStore store = CheckpointStore.inspectStructure(directory, key)) {
      return new Verifier(store, progress).run(start);
    } catch (DamagedStoreException e) {
      Finding finding = new Finding(Kind.FORMAT, directory, -1, e.getMessage(), List.of());
      return new VerifyReport(
          0, 0, 0, 0, false, false, Duration.ofNanos(System.nanoTime() - start), List.of(finding));
    }
  }

  private VerifyReport run(long start) throws IOException {
    store
        .damagedRecords()
        .forEach((file, what) -> findings.add(new Finding(Kind.RECORD, file, -1, what, List.of())));
    List<CheckpointRecord> records = store.list();
    Map<Long, Path> scrubbed = store.packDirectory().list();
    scrubPacks(records, scrubbed);
    TreeCheck trees = new TreeCheck(store, damaged);
    for (CheckpointRecord record : records) {
      trees.check(record);
    }
    findings.addAll(trees.findings());
    // A daemon that came and went meanwhile has changed both, the packs and the index.
    boolean checkIndex =
        !store.isHeld()
            && scrubbed.equals(store.packDirectory().list())
            && java.nio.file.Files.isDirectory(store.indexDirectory());
    if (checkIndex) {
      findings.addAll(new IndexCheck(store.indexDirectory(), scrubbed, damaged.keySet()).run());
    }
    return new VerifyReport(
        packs,
        chunks,
        bytesRead,
        records.size(),
        checkIndex,
        store.seal().isOpen(),
        Duration.ofNanos(System.nanoTime() - start),
        findings);
  }

  private void scrubPacks(List<CheckpointRecord> records, Map<Long, Path> all) throws IOException {
    Map<Long, Long> needed = CheckpointRecord.neededPacks(records);
    int threads = Runtime.getRuntime().availableProcessors();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Void>> running = new ArrayList<>();
      for (Map.Entry<Long, Path> pack : all.entrySet()) {
        Callable<Void> scrub =
            () -> {
              scrub(pack.getKey(), pack.getValue(), needed.getOrDefault(pack.getKey(), 0L));
              return null;
            };
        running.add(pool.submit(scrub));
      }
      for (Future<Void> one : running) {
        await(one);
      }
    }
  }

  private static void await(Future<Void> scrub) throws IOException {
    try {
      scrub.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a pack was being read", e);
    }
  }

  private void scrub(long sequence, Path path, long needed) throws IOException {
    PackScrub scrub = new PackScrub(store);
    try {
      scrub.scrub(sequence, path, needed);
    } catch (NoSuchFileException e) {
      // Sealed or removed meanwhile by the daemon; a pack that checkpoints miss is found below.
      Path sealed = store.packDirectory().sealed(sequence);
      if (!PackDirectory.isSealed(path) && java.nio.file.Files.exists(sealed)) {
        scrub(sequence, sealed, needed);
      }
      return;
    }
    synchronized (this) {
      packs++;
      chunks += scrub.intact().size();
      bytesRead += scrub.bytesRead();
      findings.addAll(scrub.findings());
      scrub.damaged().forEach(damaged::putIfAbsent);
    }
    progress.accept(scrub.bytesRead());
  }
}
