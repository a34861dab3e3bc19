package io.landfall.protocol.error;

import java.io.IOException;

/// A peer broke the rules of the wire, or asked for what we refuse. The message is one sentence:
/// what was found, where, and what would be right.
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public ProtocolException(ErrorCode code, String sentence) {
    super(sentence);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }
}
