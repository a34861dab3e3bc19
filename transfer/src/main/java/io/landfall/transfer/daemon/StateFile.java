package io.landfall.transfer.daemon;

import io.landfall.store.io.DurableFiles;
import io.landfall.store.io.FileLayer;
import java.io.IOException;
import java.nio.file.Path;

/// A small file of state that is replaced as a whole, and durable when the call returns.
final class StateFile {
  private StateFile() {}

  static void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    DurableFiles.write(FileLayer.disk(), temporary, file, content);
  }
}
