package io.landfall.snapshot.device;

import java.io.IOException;

/// Bytes of an image are not what its format promises. The message says what was found, where, and
/// what would be right.
public final class CorruptImageException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Why the image is refused; what follows differs by reason, never by the wording of the message.
  public enum Reason {
    /// The magic number is another format's.
    WRONG_MAGIC,
    /// A version or feature that this code does not know.
    UNSUPPORTED,
    /// The file ends before what it announces.
    TRUNCATED,
    /// A size or count behind the bound for it.
    OVER_LIMIT,
    /// A pointer outside the file or into the image's own tables.
    BAD_POINTER,
    /// Reserved bits are set, or fields contradict each other.
    INCONSISTENT,
    /// Compressed data does not decompress to what it must.
    BAD_DATA,
    /// The image names another file that this one must not reach.
    NAMES_A_FILE
  }

  private final Reason reason;

  public CorruptImageException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
