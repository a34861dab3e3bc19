package io.landfall.transfer.lifecycle;

import io.landfall.snapshot.device.Changes;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Saved memory on its way back into a VM's own memory file.
public final class MemoryFile {
  private MemoryFile() {}

  /// Puts saved memory where a VM keeps its own, if it does not lie there already. Holes stay
  /// holes: memory is mostly zeros.
  ///
  /// @return whether a copy was made
  /// @throws VmException if it is not as large as the VM's memory
  public static boolean place(Path saved, VmSpec spec) throws IOException {
    long size = Files.size(saved);
    if (size != spec.memoryBytes()) {
      throw new VmException(
          VmException.Reason.FAILED_TO_RESTORE,
          "%s: %d bytes of memory, expected %d".formatted(saved, size, spec.memoryBytes()));
    }
    if (Files.exists(spec.memoryFile()) && Files.isSameFile(saved, spec.memoryFile())) {
      return false;
    }
    Files.deleteIfExists(spec.memoryFile());
    copy(saved, spec.memoryFile());
    return true;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (RawFile source = RawFile.open(from);
        RawFile target = RawFile.create(to, source.sizeBytes())) {
      Changes.apply(source, target);
    }
  }
}
