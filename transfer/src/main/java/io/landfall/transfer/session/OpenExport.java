package io.landfall.transfer.session;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// An export behind a handle, kept open until the last read of it has ended. Any thread.
final class OpenExport {
  private static final Logger LOG = System.getLogger(OpenExport.class.getName());

  private final Export export;
  private int users = 1; // guarded by this; the handle itself is one

  OpenExport(Export export) {
    this.export = export;
  }

  /// Takes part in keeping it open, or returns false if it is closed already.
  synchronized boolean acquire() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  /// The opposite of [#acquire], and what closes the handle; the last one closes the export.
  void release() {
    synchronized (this) {
      users--;
      if (users > 0) {
        return;
      }
    }
    try {
      export.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "closing an export", e);
    }
  }

  /// The same part once more, for somebody who holds one.
  void acquireAgain() {
    if (!acquire()) {
      throw new IllegalStateException("acquired again after the last release");
    }
  }

  Export export() {
    return export;
  }
}
