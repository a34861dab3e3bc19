package io.landfall.store.checkpoint;

import io.landfall.protocol.content.ChunkId;
import io.landfall.store.io.FileLayer;
import io.landfall.store.seal.Seal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Ingests that were begun and neither committed nor given up: a file for each job, that names the
/// packs where a next attempt will find what this one has stored. Garbage collection leaves those
/// alone for a while.
///
/// Nothing depends on it but how much such an attempt has to store again: the files are not forced,
/// and one that is damaged or old is dropped. So the clock in here is no danger to anything.
///
/// Any thread.
final class UnfinishedIngests {
  /// How long packs are kept for an attempt that does not come.
  static final Duration KEPT = Duration.ofHours(6);

  private static final System.Logger LOG = System.getLogger(UnfinishedIngests.class.getName());
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}\\.ingest");
  private static final int MAX_PACKS = 65_536;
  private static final int MAX_FILES = 65_536;

  private final StoreLayout layout;
  private final FileLayer files;
  private final Seal seal;
  private final Map<String, Integer> running = new HashMap<>(); // guarded by this

  /// What one file says.
  ///
  /// @param since when its job last did anything about it
  /// @param from packs from this number on may be part of it: an attempt that was killed could name
  ///   them no better; -1 if there is none
  /// @param packs that are part of it
  private record Unfinished(Instant since, long from, NavigableSet<Long> packs) {
    private static final Unfinished NONE = new Unfinished(Instant.EPOCH, -1, new TreeSet<>());
  }

  UnfinishedIngests(StoreLayout layout, FileLayer files, Seal seal) {
    this.layout = layout;
    this.files = files;
    this.seal = seal;
  }

  /// After a crash: from now on no pack with a higher number is part of what was killed. A disk too
  /// full to note that is no reason not to open the store.
  ///
  /// @param existing numbers of all packs
  static UnfinishedIngests open(StoreLayout layout, FileLayer files, Seal seal, Set<Long> existing)
      throws IOException {
    files.createDirectory(layout.unfinished());
    UnfinishedIngests ingests = new UnfinishedIngests(layout, files, seal);
    for (Path file : list(layout)) {
      Unfinished found = read(file);
      if (isOld(found)) {
        files.delete(file);
      } else if (found.from() >= 0) {
        ingests.note(file, new Unfinished(found.since(), -1, packs(found, existing)));
      }
    }
    return ingests;
  }

  /// Notes that an ingest of `job` begins.
  ///
  /// @param firstPack no pack with a lower number will be written to by it
  synchronized void begin(JobKey job, long firstPack) {
    Path file = file(job);
    running.merge(file.toString(), 1, Integer::sum);
    Unfinished former = read(file);
    long from = former.from() < 0 ? firstPack : Math.min(former.from(), firstPack);
    note(file, new Unfinished(Instant.now(), from, former.packs()));
  }

  /// Notes that an ingest was committed, or needs no second attempt.
  synchronized void end(JobKey job) {
    Path file = file(job);
    if (isLast(file)) {
      try {
        files.delete(file);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, file + " stays: " + e.getMessage());
      }
    }
  }

  /// Notes that an ingest broke off, which relied on `packs`.
  synchronized void breakOff(JobKey job, Collection<Long> packs) {
    Path file = file(job);
    Unfinished former = read(file);
    NavigableSet<Long> all = new TreeSet<>(former.packs());
    all.addAll(packs);
    note(file, new Unfinished(Instant.now(), isLast(file) ? -1 : former.from(), all));
  }

  /// Gives up all that are not running.
  synchronized void forget() throws IOException {
    for (Path file : list(layout)) {
      if (!running.containsKey(file.toString())) {
        files.delete(file);
      }
    }
  }

  private boolean isLast(Path file) {
    return running.computeIfPresent(file.toString(), (_, n) -> n == 1 ? null : n - 1) == null;
  }

  /// Packs that a next attempt may look for, among `existing`.
  static NavigableSet<Long> packs(StoreLayout layout, Set<Long> existing) throws IOException {
    NavigableSet<Long> all = new TreeSet<>();
    for (Path file : list(layout)) {
      Unfinished found = read(file);
      if (!isOld(found)) {
        all.addAll(packs(found, existing));
      }
    }
    return all;
  }

  private static NavigableSet<Long> packs(Unfinished found, Set<Long> existing) {
    NavigableSet<Long> packs = new TreeSet<>(found.packs());
    if (found.from() >= 0) {
      existing.stream().filter(pack -> pack >= found.from()).forEach(packs::add);
    }
    packs.retainAll(existing);
    return packs;
  }

  private static boolean isOld(Unfinished found) {
    return found.since().isBefore(Instant.now().minus(KEPT));
  }

  private static List<Path> list(StoreLayout layout) throws IOException {
    try (Stream<Path> found = Files.list(layout.unfinished())) {
      return found
          .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
          .limit(MAX_FILES)
          .toList();
    } catch (NoSuchFileException e) {
      return List.of(); // made by a version that did not know of this
    }
  }

  /// In an encrypted store a file's name must not tell whose job it is.
  private Path file(JobKey job) {
    ChunkId name = ChunkId.of(ByteBuffer.wrap(job.toString().getBytes(StandardCharsets.UTF_8)));
    return layout.unfinished().resolve(seal.storedId(name) + ".ingest");
  }

  private void note(Path file, Unfinished content) {
    try {
      write(file, content);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          file + ": not written, so a next attempt may have to begin anew: " + e.getMessage());
    }
  }

  /// Not forced: see above.
  private void write(Path file, Unfinished content) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("since", content.since().toString()).put("from", content.from());
    ArrayNode packs = json.putArray("packs");
    content.packs().stream().limit(MAX_PACKS).forEach(packs::add);
    Path temporary = layout.temporary().resolve(file.getFileName());
    files.delete(temporary);
    try (FileLayer.WritableFile written = files.create(temporary)) {
      written.write(0, ByteBuffer.wrap(Envelope.UNFINISHED.seal(JSON.writeValueAsBytes(json))));
    }
    files.rename(temporary, file);
  }

  private static Unfinished read(Path file) {
    try {
      JsonNode json = JSON.readTree(Envelope.UNFINISHED.open(Files.readAllBytes(file), file));
      NavigableSet<Long> packs = new TreeSet<>();
      json.required("packs").forEach(pack -> packs.add(pack.asLong()));
      return new Unfinished(
          Instant.parse(json.required("since").asString()), json.required("from").asLong(), packs);
    } catch (NoSuchFileException e) {
      return Unfinished.NONE;
    } catch (IOException | JacksonException | DateTimeException e) {
      LOG.log(System.Logger.Level.WARNING, file + " is no use: " + e.getMessage());
      return Unfinished.NONE;
    }
  }
}
