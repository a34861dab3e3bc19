package io.landfall.protocol.error;

import java.io.IOException;

/// The other side answered with an error: its [ErrorCode] and its sentence.
public final class RemoteException extends IOException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String sentence;

  /// Reports what `peer` answered.
  public RemoteException(String peer, ErrorCode code, String sentence) {
    super(peer + ": " + sentence);
    this.code = code;
    this.sentence = sentence;
  }

  public ErrorCode code() {
    return code;
  }

  /// What the other side said, without its name in front.
  public String sentence() {
    return sentence;
  }

  public Remedy remedy() {
    return code.remedy();
  }
}
