package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkId;
import io.landfall.store.chunk.ChunkLocation;
import io.landfall.store.chunk.PackEntry;
import io.landfall.store.index.IndexView;
import io.landfall.store.verify.Finding.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Compares the index with the packs. Whatever it finds, `rebuild-index` puts right.
final class IndexCheck {
  private static final int MAX_FINDINGS = 10;

  private final Path index;
  private final Map<ChunkId, Set<ChunkLocation>> expected = new HashMap<>();

  IndexCheck(Path index) {
    this.index = index;
  }

  /// Notes what the index must know of one sealed pack.
  synchronized void expect(long pack, List<PackEntry> entries) {
    for (PackEntry entry : entries) {
      expected
          .computeIfAbsent(entry.header().id(), _ -> new HashSet<>(2))
          .add(entry.locationIn(pack));
    }
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    try (IndexView view = IndexView.open(index)) {
      view.verifyFiles();
      for (Map.Entry<ChunkId, Set<ChunkLocation>> chunk : expected.entrySet()) {
        Optional<ChunkLocation> at = view.find(chunk.getKey());
        if ((at.isEmpty() || !chunk.getValue().contains(at.get()))
            && findings.size() < MAX_FINDINGS) {
          findings.add(
              finding(
                  "chunk "
                      + chunk.getKey()
                      + ": the index says "
                      + at
                      + ", the packs "
                      + chunk.getValue()));
        }
      }
    } catch (IOException e) {
      findings.add(finding(e.getMessage()));
    }
    return findings;
  }

  private Finding finding(String what) {
    return new Finding(Kind.INDEX, index, -1, what + "; rebuild-index puts it right", List.of());
  }
}
