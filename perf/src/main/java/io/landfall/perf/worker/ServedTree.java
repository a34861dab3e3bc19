package io.landfall.perf.worker;

import io.landfall.transfer.session.Export;
import io.landfall.transfer.tree.TreeFilter;
import io.landfall.transfer.tree.TreeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;

/// A directory on offer, as an agent offers one that is copied by hand. Any thread.
final class ServedTree {
  private final Path directory;
  private TreeSource source; // guarded by this

  ServedTree(Path directory) {
    this.directory = directory;
  }

  /// Opens one part of it; with the listing, which comes first, the directory is read anew.
  synchronized Optional<Export> find(String part) throws IOException {
    if (source == null || part.equals("listing")) {
      if (source != null) {
        source.close();
      }
      source =
          TreeSource.open(
              directory, new TreeFilter(List.of(), List.of()), ForkJoinPool.commonPool());
    }
    return source.find(part);
  }
}
