package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Images that are being hashed: jobs that come together and have the same one share the work, and
/// their hosts hear its name at the same time. Any thread.
final class Hashing {
  private final Map<String, CompletableFuture<Manifest>> underWay = new ConcurrentHashMap<>();

  /// What `begin` makes, or what it is making already for another.
  ///
  /// @param image the same for the same content only
  /// @return the caller's own, which it may cancel
  CompletableFuture<Manifest> once(String image, Supplier<CompletableFuture<Manifest>> begin) {
    CompletableFuture<Manifest> shared = underWay.computeIfAbsent(image, _ -> begin.get());
    var _ = shared.whenComplete((_, _) -> underWay.remove(image, shared));
    return shared.copy();
  }
}
