package io.landfall.protocol.content;

import java.io.IOException;

/// Bytes of a chunk, node or manifest are not what they were; the message says what was found,
/// where, and what would be right.
public final class CorruptChunkException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Why the bytes are refused; what follows differs by reason, never by the wording of the
  /// message.
  public enum Reason {
    /// No chunk starts here.
    WRONG_MAGIC,
    /// Written by a later version of Landfall, or in an encoding this version does not read.
    UNSUPPORTED,
    /// The header's checksum does not agree with the header.
    BAD_HEADER,
    /// Fields of the header contradict each other or the bounds.
    INCONSISTENT,
    /// The payload's checksum does not agree with the payload.
    BAD_PAYLOAD,
    /// Ends before what it announces.
    TRUNCATED,
    /// The payload does not decode to the announced length.
    UNDECODABLE,
    /// Decoded well, but these are not the bytes that the id names.
    WRONG_CONTENT
  }

  private final Reason reason;

  /// Refuses bytes for `reason`; `message` is one sentence for a person.
  public CorruptChunkException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /// Why the bytes are refused.
  public Reason reason() {
    return reason;
  }
}
