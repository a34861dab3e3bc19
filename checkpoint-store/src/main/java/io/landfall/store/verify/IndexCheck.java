package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkId;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.DamagedPackException;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.chunk.PackEntry;
import io.landfall.store.chunk.PackFile;
import io.landfall.store.index.IndexView;
import io.landfall.store.verify.Finding.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Compares the index with the packs. Whatever it finds, `rebuild-index` puts right.
///
/// Takes the packs one after another, and of each its table, 65,536 rows at most: some 20 MiB of
/// heap, however many chunks the store has. A chunk that the index has in another pack than the one
/// at hand is looked for there, at the very place.
///
/// One thread.
final class IndexCheck {
  private static final int MAX_FINDINGS = 10;

  private final Path index;
  private final Map<Long, Path> packs;
  private final Set<ChunkId> damaged;
  private final List<Finding> findings = new ArrayList<>();

  /// A check of the index in a directory.
  ///
  /// @param packs that were read and checked; only the sealed ones must be in the index
  /// @param damaged stored ids of chunks that were found damaged somewhere, and are no business of
  ///   the index
  IndexCheck(Path index, Map<Long, Path> packs, Set<ChunkId> damaged) {
    this.index = index;
    this.packs = packs;
    this.damaged = damaged;
  }

  List<Finding> run() {
    try (IndexView view = IndexView.open(index)) {
      view.verifyFiles();
      for (Map.Entry<Long, Path> pack : packs.entrySet()) {
        if (PackDirectory.isSealed(pack.getValue()) && findings.size() < MAX_FINDINGS) {
          compare(view, pack.getKey(), pack.getValue());
        }
      }
    } catch (IOException e) {
      findings.add(finding(e.getMessage()));
    }
    return findings;
  }

  /// Every row of the pack must be where the index says, or there once more.
  private void compare(IndexView view, long sequence, Path path) throws IOException {
    for (PackEntry entry : entries(path)) {
      ChunkId id = entry.header().id();
      Optional<ChunkLocation> at = view.find(id);
      boolean here = at.isPresent() && at.get().equals(entry.locationIn(sequence));
      if (!here && !damaged.contains(id) && (at.isEmpty() || !isThere(id, at.get()))) {
        findings.add(
            finding(
                "chunk %s: the index says %s, the packs %s"
                    .formatted(id, at, entry.locationIn(sequence))));
        if (findings.size() == MAX_FINDINGS) {
          return;
        }
      }
    }
  }

  /// The rows of a pack; without a table that can be believed, the records that are found. A pack
  /// without a header has none: that is reported already.
  private static List<PackEntry> entries(Path path) throws IOException {
    try (PackFile pack = PackFile.open(path)) {
      try {
        return pack.table();
      } catch (DamagedPackException e) {
        return pack.walk();
      }
    } catch (DamagedPackException e) {
      return List.of();
    }
  }

  private boolean isThere(ChunkId id, ChunkLocation at) throws IOException {
    Path path = packs.get(at.pack());
    if (path == null || !PackDirectory.isSealed(path)) {
      return false;
    }
    try (PackFile pack = PackFile.open(path)) {
      return at.offset() >= 0
          && at.length() > 0
          && at.end() <= pack.sizeBytes()
          && pack.scan(at.offset(), at.end()).stream()
              .anyMatch(entry ->
                  entry.header().id().equals(id) && at.equals(entry.locationIn(at.pack())));
    } catch (DamagedPackException e) {
      return false;
    }
  }

  private Finding finding(String what) {
    return new Finding(Kind.INDEX, index, -1, what + "; rebuild-index puts it right", List.of());
  }
}
