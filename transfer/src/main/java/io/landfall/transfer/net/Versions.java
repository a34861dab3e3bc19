package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.protocol.message.TransferMessage.Want;

/// The versions of the protocol that this side speaks, and the choice of one: the highest that both
/// have.
final class Versions {
  static final int MIN = 1;
  static final int MAX = 3;

  /// From this on, DATA may be compressed with zstd and checksums of pages be asked for.
  static final int ZSTD_AND_PAGES = 2;

  /// From this on, a WANT may say that it is in the background.
  static final int BACKGROUND = 3;

  private Versions() {}

  /// @param newest that this side is to speak
  static int choose(Hello theirs, int newest) throws ProtocolException {
    int version = Math.min(newest, theirs.maxVersion());
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
              + newest);
    }
    return version;
  }

  /// Holds a WANT to the version that was chosen, so that nobody comes to rely on more.
  static void requireSpoken(Want want, int version) throws ProtocolException {
    requireSpoken(want.codec() != Codec.ZSTD || version >= ZSTD_AND_PAGES, "with zstd", version);
    requireSpoken(
        want.priority() != Priority.BACKGROUND || version >= BACKGROUND,
        "in the background",
        version);
  }

  private static void requireSpoken(boolean known, String what, int version)
      throws ProtocolException {
    if (!known) {
      throw new ProtocolException(
          ErrorCode.PROTOCOL_VIOLATION,
          "a WANT %s, which version %d, that was agreed on, has not".formatted(what, version));
    }
  }

  static Hello answer(Hello theirs, EndpointSettings ours) throws ProtocolException {
    int version = choose(theirs, ours.newestVersion());
    return new Hello(
        version, version, theirs.role(), theirs.dataConnections(), theirs.session(), ours.node());
  }
}
