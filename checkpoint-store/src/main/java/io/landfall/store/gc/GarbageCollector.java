package io.landfall.store.gc;

import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.chunk.DamagedPackException;
import io.landfall.store.chunk.PackCollection;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.chunk.PackEntry;
import io.landfall.store.chunk.PackFile;
import io.landfall.store.gc.GcPlan.PackUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Gives back the space of what no checkpoint needs.
///
/// Works pack by pack: it can be stopped, or the machine can, after any of them and within one.
public final class GarbageCollector {
  /// A pack is rewritten if less than this share of its records is live, in percent: copying the
  /// rest then costs less than keeping the dead.
  public static final int REWRITE_BELOW_PERCENT = 60;

  private static final System.Logger LOG = System.getLogger(GarbageCollector.class.getName());

  private GarbageCollector() {}

  /// What a collection would do now; also for a store that was opened for looking.
  ///
  /// @throws IOException if anything that a checkpoint needs cannot be read
  public static GcPlan plan(CheckpointStore store) throws IOException {
    return plan(store, Marks.of(store));
  }

  /// Plans, shows the plan, and acts.
  ///
  /// @param store open for writing
  /// @param show is given the plan before anything is done
  /// @param stop asked before each pack
  /// @throws IOException if anything that a checkpoint needs cannot be read; nothing is removed
  ///   then
  public static GcResult run(CheckpointStore store, Consumer<GcPlan> show, BooleanSupplier stop)
      throws IOException {
    CollectionEvent event = new CollectionEvent();
    event.begin();
    GcResult result = collect(store, show, stop);
    event.removedPacks = result.removedPacks();
    event.freedBytes = result.freedBytes();
    event.copiedBytes = result.copiedBytes();
    event.commit();
    return result;
  }

  private static GcResult collect(
      CheckpointStore store, Consumer<GcPlan> show, BooleanSupplier stop) throws IOException {
    try (PackCollection collection = store.collect()) {
      Marks marks = Marks.of(store);
      GcPlan plan = plan(store, marks);
      show.accept(plan);
      GcResult first = act(collection, marks, plan, stop);
      if (!first.finished() || first.removedPacks() == 0) {
        return first;
      }
      // Bases whose last deltas went just now.
      Marks again = Marks.of(store);
      return first.plus(act(collection, again, plan(store, again), stop));
    }
  }

  private static GcPlan plan(CheckpointStore store, Marks marks) throws IOException {
    SortedMap<Long, Path> packs = store.packDirectory().list();
    for (long pack : packs.keySet()) {
      marks.keepBases(entries(store.packDirectory(), pack));
    }
    NavigableSet<Long> unfinished = store.unfinishedPacks();
    int left = 0;
    List<PackUse> removed = new ArrayList<>();
    List<PackUse> rewritten = new ArrayList<>();
    long keptDead = 0;
    for (Map.Entry<Long, Path> pack : packs.entrySet()) {
      // The pack with the highest number stays, so that its number is not given out again.
      boolean last = pack.getKey().equals(packs.lastKey());
      if (last || !PackDirectory.isSealed(pack.getValue())) {
        continue;
      }
      PackUse use = use(pack.getKey(), pack.getValue(), marks);
      boolean dead = use.liveBytes() == 0;
      boolean goes =
          dead
              || use.liveBytes() * 100
                  < REWRITE_BELOW_PERCENT * (use.liveBytes() + use.deadBytes());
      if (!goes) {
        keptDead += use.deadBytes();
      } else if (unfinished.contains(pack.getKey())) {
        keptDead += use.deadBytes();
        left++;
      } else if (dead) {
        removed.add(use);
      } else {
        rewritten.add(use);
      }
    }
    return new GcPlan(packs.size(), removed, rewritten, keptDead, left);
  }

  private static List<PackEntry> entries(PackDirectory directory, long pack) throws IOException {
    Path open = directory.open(pack);
    if (Files.exists(open)) {
      try (PackFile file = PackFile.open(open)) {
        return file.walk();
      } catch (DamagedPackException e) {
        return List.of(); // made just now: whoever writes to it holds on to the bases
      } catch (NoSuchFileException e) {
        LOG.log(System.Logger.Level.DEBUG, "pack {0} was sealed meanwhile", pack);
      }
    }
    try (PackFile file = PackFile.open(directory.sealed(pack))) {
      return file.table();
    }
  }

  private static PackUse use(long sequence, Path path, Marks marks) throws IOException {
    long live = 0;
    long dead = 0;
    try (PackFile pack = PackFile.open(path)) {
      for (PackEntry entry : pack.table()) {
        if (marks.isLive(sequence, entry)) {
          live += entry.header().totalLength();
        } else {
          dead += entry.header().totalLength();
        }
      }
      return new PackUse(sequence, pack.sizeBytes(), live, dead);
    }
  }

  private static GcResult act(
      PackCollection collection, Marks marks, GcPlan plan, BooleanSupplier stop) {
    List<PackUse> work = new ArrayList<>(plan.removed());
    work.addAll(plan.rewritten());
    int removed = 0;
    int skipped = 0;
    long freed = 0;
    long copied = 0;
    for (PackUse use : work) {
      if (stop.getAsBoolean()) {
        return new GcResult(removed, freed, copied, skipped, false);
      }
      long moved = remove(collection, marks, use.pack());
      if (moved < 0) {
        skipped++;
      } else {
        removed++;
        freed += use.fileBytes();
        copied += moved;
      }
    }
    return new GcResult(removed, freed, copied, skipped, true);
  }

  private static long remove(PackCollection collection, Marks marks, long pack) {
    try {
      return collection.remove(pack, entry -> marks.isLive(pack, entry));
    } catch (NoSuchFileException e) {
      return -1;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "pack %016x stays: %s".formatted(pack, e.getMessage()));
      return -1;
    }
  }
}
