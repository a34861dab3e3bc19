package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/// A landed image: a raw sparse file, complete and durable.
///
/// @param path of the file
/// @param sealed is there when every chunk has been hashed and is what the source's manifest names
///   (or, where the source has none, with the manifest that the hashes make); fails with a
///   [LandingException] if some chunk is not. Until then the file may be used, but must not be
///   passed on
/// @param record what landing it took
public record LandedImage(Path path, CompletableFuture<Manifest> sealed, TransferRecord record) {
  /// The names of its chunks; waits for the hashing.
  public Manifest manifest() {
    return sealed.join();
  }
}
