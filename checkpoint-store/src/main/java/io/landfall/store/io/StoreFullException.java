package io.landfall.store.io;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/// The disk under the store has no room: nothing is lost, and the same call works once there is
/// room again.
public final class StoreFullException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Less than this is full, whatever the operating system's words for it are.
  private static final long NO_ROOM_BYTES = 64 * 1024;

  /// Says what did not fit; `message` names the place.
  public StoreFullException(String message, Throwable cause) {
    super(message, cause);
  }

  /// Turns `failure` into a StoreFullException if a full disk or quota is what it is about, and
  /// gives it back as it is otherwise.
  ///
  /// The JDK has no type for ENOSPC, only the system's sentence, which depends on the language; so
  /// the free space is asked too.
  public static IOException orSame(Path path, IOException failure) {
    if (failure instanceof StoreFullException) {
      return failure;
    }
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    boolean full =
        message.contains("no space left")
            || message.contains("quota exceeded")
            || freeBytes(path) < NO_ROOM_BYTES;
    return full
        ? new StoreFullException(
            "no room left on the disk of " + path + "; free some space and try again", failure)
        : failure;
  }

  /// Asks the file system itself: a FileStore is looked up in a table of mounts, which a process in
  /// a chroot may not find itself in.
  private static long freeBytes(Path path) {
    File directory = path.toAbsolutePath().getParent().toFile();
    // Of what it cannot tell the total it cannot tell the rest: then the failure speaks for itself.
    return directory.getTotalSpace() == 0 ? Long.MAX_VALUE : directory.getUsableSpace();
  }
}
