package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.transfer.landing.LandingException;

/// What failures are called in metrics: the wire's codes, so that their number is bounded.
final class ErrorCodes {
  private ErrorCodes() {}

  /// @param failure null for what was broken off without one
  static String of(Throwable failure) {
    ErrorCode code =
        switch (failure) {
          case ProtocolException e -> e.code();
          case RemoteException e -> e.code();
          case LandingException e -> e.code();
          case null -> ErrorCode.GOING_AWAY;
          case RuntimeException _ -> ErrorCode.INTERNAL;
          default -> ErrorCode.REQUEST_FAILED;
        };
    return code.name();
  }
}
