package io.landfall.transfer.landing;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.net.PullSummary;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Another way to what a landing lacks than from its source alone: hosts that land the same image
/// at the same time.
public interface Exchange {

  /// What is pulled.
  ///
  /// @param manifest what every chunk must be
  /// @param part the file that `sink` writes to, at the same offsets
  /// @param ranges to pull, in order and apart
  /// @param here what is in `part` already and was not compared with the manifest, to give to
  ///   others
  /// @param known is told of chunks that were compared before all of their bytes go to `sink`
  record Wanted(
      RemoteImage source,
      Manifest manifest,
      Path part,
      List<Range> ranges,
      List<Range> here,
      RangeSink sink,
      Known known) {}

  /// Takes what need not be hashed again.
  @FunctionalInterface
  interface Known {
    /// The bytes of that chunk, all of which are about to be written, hash to `id`.
    void chunk(long chunk, ChunkId id);
  }

  /// Pulls from the source alone.
  @FunctionalInterface
  interface Direct {
    PullSummary pull(List<Range> ranges) throws IOException;
  }

  /// Brings each byte of the ranges to the sink once; what nobody else has, by `direct`.
  PullSummary pull(Wanted wanted, Direct direct) throws IOException;
}
