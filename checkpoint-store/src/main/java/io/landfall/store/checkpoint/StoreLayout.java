package io.landfall.store.checkpoint;

import io.landfall.store.chunk.PackDirectory;
import java.nio.file.Path;

/// The names in a store's directory.
///
/// @param root the store's directory, `$(SPOOL)/landfall`
record StoreLayout(Path root) {
  Path format() {
    return root.resolve("FORMAT");
  }

  Path lock() {
    return root.resolve("LOCK");
  }

  Path index() {
    return root.resolve("index");
  }

  PackDirectory packs() {
    return new PackDirectory(root.resolve("packs"));
  }

  Path records() {
    return root.resolve("records");
  }

  Path record(CheckpointId id) {
    return records().resolve(id.text() + ".ckpt");
  }

  Path unfinished() {
    return root.resolve("unfinished");
  }

  Path temporary() {
    return root.resolve("tmp");
  }
}
