package io.landfall.transfer.landing;

import io.landfall.protocol.error.ErrorCode;
import java.io.IOException;

/// An image did not land. The message is one sentence: what is wrong and what to do. The part file
/// is kept, so that the next landing goes on where this one ended.
public final class LandingException extends IOException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  LandingException(ErrorCode code, String sentence, Throwable cause) {
    super(sentence, cause);
    this.code = code;
  }

  LandingException(ErrorCode code, String sentence) {
    this(code, sentence, null);
  }

  public ErrorCode code() {
    return code;
  }
}
