package io.landfall.transfer.session;

import java.io.IOException;
import java.util.Optional;

/// What one peer may pull from us, by name. Whoever implements this decides what that peer is
/// allowed to see.
@FunctionalInterface
public interface Exports {

  /// Opens the content of that name for one pull; empty if there is none for this peer. Called for
  /// each OPEN, on a virtual thread; the caller closes what it gets.
  Optional<Export> find(String name) throws IOException;
}
