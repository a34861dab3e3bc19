package io.landfall.perf.bench;

import io.landfall.perf.compare.Archive;
import io.landfall.perf.contest.Trees;
import io.landfall.perf.image.DiskImage;
import io.landfall.perf.rig.Rig;
import io.landfall.protocol.content.Compression;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// How much a series of versions of one disk takes, each with 1 % changed: bytes on disk after the
/// first version and after the last, beside backup programs on the same files.
///
/// Nobody is told where the disk changed. Sizes are exact; the seconds are of one run.
public final class SeriesBench {
  private static final double CHANGED_SHARE = 0.01;
  private static final JobKey JOB = new JobKey("bench", "bench", 1, 0);

  private final DiskImage image;
  private final int versions;
  private final Consumer<String> log;

  /// A bench of that disk in so many versions.
  public SeriesBench(DiskImage image, int versions, Consumer<String> log) {
    this.image = image;
    this.versions = versions;
    this.log = log;
  }

  /// One contender.
  ///
  /// @param name who
  /// @param firstBytes of its files after the first version
  /// @param allBytes after the last
  /// @param seconds for all versions
  public record Row(String name, long firstBytes, long allBytes, double seconds) {}

  /// Stores one version after the other.
  @FunctionalInterface
  private interface Keeper {
    void add(int version) throws IOException;
  }

  /// Runs it in a new directory below `parent`, which is deleted at the end.
  public List<Row> run(Path parent) throws IOException {
    Path directory = Files.createTempDirectory(parent, "landfall-bench-");
    Path disk = directory.resolve("disk.raw");
    List<Row> rows = new ArrayList<>();
    try (Rig rig = Rig.open("")) {
      for (Compression compression : Compression.values()) {
        Path store = directory.resolve("landfall");
        Optional<CheckpointId>[] last = latest();
        StoreSettings settings = StoreSettings.defaults().withCompression(compression);
        String name = "landfall, " + compression.name().toLowerCase(Locale.ROOT);
        rows.add(
            series(
                name,
                disk,
                store,
                version -> last[0] = checkpoint(store, settings, disk, last[0])));
        Trees.delete(store);
      }
      for (Archive archive : Archive.values()) {
        if (archive.installed()) {
          Path work = Files.createDirectory(directory.resolve("peer"));
          rows.add(
              series(
                  name(archive),
                  disk,
                  work.resolve("repository"),
                  version -> archive.add(rig, work, disk, version)));
          Trees.delete(work);
        }
      }
      return rows;
    } finally {
      Trees.delete(directory);
    }
  }

  static String name(Archive archive) {
    return archive.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Optional<CheckpointId>[] latest() {
    return new Optional[] {Optional.empty()};
  }

  /// The same versions for everybody: each is made from the one before, in place.
  private Row series(String name, Path disk, Path repository, Keeper keeper) throws IOException {
    log.accept(name + " ...");
    Files.deleteIfExists(disk);
    image.write(disk);
    long first = 0;
    long nanos = 0;
    for (int version = 0; version < versions; version++) {
      if (version > 0) {
        try (RawFile raw = RawFile.openWritable(disk)) {
          DiskImage.apply(raw, image.changes(CHANGED_SHARE, version), version);
        }
      }
      long start = System.nanoTime();
      keeper.add(version);
      nanos += System.nanoTime() - start;
      if (version == 0) {
        first = Archive.bytes(repository);
      }
    }
    return new Row(name, first, Archive.bytes(repository), nanos / 1e9);
  }

  private static Optional<CheckpointId> checkpoint(
      Path directory, StoreSettings settings, Path disk, Optional<CheckpointId> parent)
      throws IOException {
    try (CheckpointStore store = CheckpointStore.open(directory, settings);
        CheckpointWriter writer = store.begin(new CheckpointDraft(JOB, parent, "bench", "{}"));
        RawFile raw = RawFile.open(disk)) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK, "vda", raw, Baseline.none(), Optional.empty(), done -> {});
      return Optional.of(writer.commit().id());
    }
  }
}
