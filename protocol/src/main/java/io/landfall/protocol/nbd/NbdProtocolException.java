package io.landfall.protocol.nbd;

import java.io.IOException;

/// A client broke the rules of NBD in a way after which its bytes mean nothing: the connection must
/// be closed.
public final class NbdProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  public NbdProtocolException(String message) {
    super(message);
  }
}
