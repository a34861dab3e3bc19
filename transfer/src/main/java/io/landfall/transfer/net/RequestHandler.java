package io.landfall.transfer.net;

import java.io.IOException;

/// Answers the requests of a peer. Each runs on its own virtual thread, several at once.
@FunctionalInterface
public interface RequestHandler {

  /// Answers one request with JSON of at most 4 MiB.
  ///
  /// @throws io.landfall.protocol.error.ProtocolException to answer with its code
  /// @throws IOException to answer `REQUEST_FAILED` with its message
  String handle(String json) throws IOException;
}
