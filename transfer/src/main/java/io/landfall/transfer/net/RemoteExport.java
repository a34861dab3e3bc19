package io.landfall.transfer.net;

import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.message.TransferMessage.MapExtent;
import io.landfall.protocol.message.TransferMessage.Opened;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// An export of a peer, open. Any thread; calls block.
public interface RemoteExport extends AutoCloseable {

  /// What the source said when it opened the export.
  Opened opened();

  /// The extents from `offset` on: at least one, at most `limit`, of at most `length` bytes.
  List<MapExtent> map(long offset, long length, int limit) throws IOException;

  /// The manifest; waits for a source that is still hashing. Empty if the source has none.
  Optional<Manifest> manifest() throws IOException;

  /// A checksum for each page of a range, or empty if the source's version has none.
  Optional<List<Long>> pages(long offset, int length) throws IOException;

  /// Pulls ranges over all data connections; returns when the sink has taken every byte.
  PullSummary pull(List<Range> ranges, PullSettings settings, RangeSink sink) throws IOException;

  /// Tells the source that these ranges are safe here.
  void durable(List<Range> ranges) throws IOException;

  /// Lets the source close it. Does not fail: a link that is down has closed it anyway.
  @Override
  void close();
}
