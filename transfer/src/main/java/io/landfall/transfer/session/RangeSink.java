package io.landfall.transfer.session;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Where pulled bytes go. Called from several disk threads at once and in no order, but never twice
/// for a byte; an exception ends the pull.
public interface RangeSink {

  /// Takes the remaining bytes of `bytes`, which are the image's from `offset` on. The buffer is
  /// only lent until this returns.
  void data(long offset, ByteBuffer bytes) throws IOException;

  /// Takes a run of zeros inside a range that was asked for.
  void zero(long offset, long length) throws IOException;
}
