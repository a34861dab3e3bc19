package io.landfall.store.export;

import java.io.IOException;

/// A stream that was to be an export is none, is cut off, or holds what no export may hold.
public final class DamagedExportException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedExportException(String what) {
    super("export: " + what);
  }
}
