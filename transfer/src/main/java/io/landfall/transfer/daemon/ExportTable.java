package io.landfall.transfer.daemon;

import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.Exports;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What one peer may pull from us: nothing but what was put here for it, until it is taken away
/// again.
final class ExportTable implements Exports {

  /// Opens an export anew for each pull.
  @FunctionalInterface
  interface Source {
    Export open() throws IOException;
  }

  private final Map<String, Source> sources = new ConcurrentHashMap<>();

  void offer(String name, Source source) {
    sources.put(name, source);
  }

  /// Takes away every export whose name starts with `prefix`; a pull that has one open may end it.
  void withdraw(String prefix) {
    sources.keySet().removeIf(name -> name.startsWith(prefix));
  }

  @Override
  public Optional<Export> find(String name) throws IOException {
    Source source = sources.get(name);
    return source == null ? Optional.empty() : Optional.of(source.open());
  }
}
