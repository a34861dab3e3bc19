package io.landfall.transfer.nbd;

import java.util.List;
import java.util.Optional;

/// The exports of a listener, by name. Any thread; must not block.
public interface NbdExports {

  /// The export of that name; the empty name is the default one.
  Optional<NbdExport> find(String name);

  /// The names that are told to whoever asks.
  List<String> names();

  /// One export, which is the default one too.
  static NbdExports only(NbdExport export) {
    return new NbdExports() {
      @Override
      public Optional<NbdExport> find(String name) {
        return name.isEmpty() || name.equals(export.name())
            ? Optional.of(export)
            : Optional.empty();
      }

      @Override
      public List<String> names() {
        return List.of(export.name());
      }
    };
  }
}
