package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage.Hello;

/// The versions of the protocol that this side speaks, and the choice of one: the highest that both
/// have.
final class Versions {
  static final int MIN = 1;
  static final int MAX = 2;

  /// From this on, DATA may be compressed with zstd and checksums of pages be asked for.
  static final int ZSTD_AND_PAGES = 2;

  private Versions() {}

  static int choose(Hello theirs) throws ProtocolException {
    int version = Math.min(MAX, theirs.maxVersion());
    if (version < Math.max(MIN, theirs.minVersion())) {
      throw new ProtocolException(
          ErrorCode.VERSION_UNSUPPORTED,
          theirs.node()
              + " speaks versions "
              + theirs.minVersion()
              + " to "
              + theirs.maxVersion()
              + ", this side "
              + MIN
              + " to "
              + MAX);
    }
    return version;
  }

  static Hello answer(Hello theirs, String node) throws ProtocolException {
    int version = choose(theirs);
    return new Hello(
        version, version, theirs.role(), theirs.dataConnections(), theirs.session(), node);
  }
}
