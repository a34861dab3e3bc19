package io.landfall.transfer.client;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage.ExtentKind;
import io.landfall.protocol.message.TransferMessage.MapExtent;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.TransferProgress.Phase;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.net.PullSummary;
import io.landfall.transfer.net.RemoteExport;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// An image at a peer: a block device whose reads pull what they need, at any alignment, and a
/// source of ranges in bulk. Any thread. Closing it lets the peer close its side.
public final class RemoteImage implements BlockDevice {
  private final String name;
  private final String peerName;
  private final RemoteExport export;
  private volatile boolean closed;
  private volatile Priority reads = Priority.URGENT;
  private final ReentrantLock manifestLock = new ReentrantLock();
  private Optional<Manifest> manifest; // guarded by manifestLock; null until asked for

  private RemoteImage(String name, String peerName, RemoteExport export) {
    this.name = name;
    this.peerName = peerName;
    this.export = export;
  }

  /// Opens what `peer` serves as `export`.
  public static RemoteImage open(Peer peer, String export) throws IOException {
    return new RemoteImage(export, peer.name(), peer.open(export));
  }

  /// The name it is served under.
  public String name() {
    return name;
  }

  /// The peer that serves it.
  public String peerName() {
    return peerName;
  }

  @Override
  public long sizeBytes() {
    return export.opened().sizeBytes();
  }

  /// The chunk size of its manifest, or what the source would choose.
  public int chunkSizeBytes() {
    return export.opened().chunkSizeBytes();
  }

  /// The id of its content, if the source knew it when the image was opened.
  public Optional<ImageId> imageId() {
    return export.opened().imageId();
  }

  /// The image that its HOLE extents are the same as.
  public Optional<ImageId> base() {
    return export.opened().base();
  }

  /// A text that changes whenever the content may have; empty if the source cannot tell.
  public String stamp() {
    return export.opened().stamp();
  }

  /// The names of its chunks; waits for a source that is still hashing, and is empty if the source
  /// has none.
  public Optional<Manifest> manifest() throws IOException {
    manifestLock.lock();
    try {
      if (manifest == null) {
        manifest = export().manifest();
      }
      return manifest;
    } finally {
      manifestLock.unlock();
    }
  }

  /// How urgent its reads are from now on: a guest waits for them, unless told otherwise.
  public void rankReads(Priority priority) {
    reads = priority;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    int length = target.remaining();
    Objects.checkFromIndexSize(offset, (long) length, sizeBytes());
    if (length == 0) {
      return;
    }
    export()
        .pull(
            List.of(new Range(offset, length)),
            PullSettings.BULK.ranked(reads),
            new Filling(offset, target.slice()));
    target.position(target.limit());
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    List<Extent> extents = new ArrayList<>();
    if (length == 0) {
      return extents;
    }
    long at = offset;
    for (MapExtent extent : export().map(offset, length, Math.min(limit, Limits.MAX_EXTENTS))) {
      extents.add(new Extent(at, extent.length(), kind(extent.kind())));
      at += extent.length();
    }
    return extents;
  }

  private static Extent.Kind kind(ExtentKind kind) {
    return switch (kind) {
      case DATA -> Extent.Kind.DATA;
      case ZERO -> Extent.Kind.ZERO;
      case BASE -> Extent.Kind.HOLE;
    };
  }

  /// Pulls ranges over all data connections, out of order; returns when `sink` has taken every byte
  /// of them. An interrupt ends it early.
  public PullSummary pull(List<Range> ranges, RangeSink sink, TransferListener listener)
      throws IOException {
    long total = Range.merged(ranges).stream().mapToLong(Range::length).sum();
    ProgressCounter progress = new ProgressCounter(listener, Phase.PULL, total);
    return export().pull(ranges, PullSettings.BULK, new Counting(sink, progress));
  }

  /// Pulls ranges as [#pull(List, RangeSink, TransferListener)] does, cut and ranked as `settings`
  /// say.
  public PullSummary pull(List<Range> ranges, PullSettings settings, RangeSink sink)
      throws IOException {
    return export().pull(ranges, settings, sink);
  }

  /// A checksum for each page of a range, up to [Limits#MAX_WANT_BYTES]; empty if the source tells
  /// none.
  public Optional<List<Long>> pages(long offset, int length) throws IOException {
    return export().pages(offset, length);
  }

  /// Tells the source that these ranges are safe here.
  public void durable(List<Range> ranges) throws IOException {
    export().durable(ranges);
  }

  /// Decided here: the source may still answer what overtakes its notice of the close.
  private RemoteExport export() throws IOException {
    if (closed) {
      throw new IOException(this + " is closed");
    }
    return export;
  }

  @Override
  public void close() {
    closed = true;
    export.close();
  }

  @Override
  public String toString() {
    return "'" + name + "' of " + peerName;
  }

  /// Puts what comes where it belongs in one buffer. Several threads fill parts of their own.
  private record Filling(long offset, ByteBuffer target) implements RangeSink {
    @Override
    public void data(long at, ByteBuffer bytes) {
      target.put((int) (at - offset), bytes, bytes.position(), bytes.remaining());
    }

    @Override
    public void zero(long at, long length) {
      int start = (int) (at - offset);
      for (int i = start; i < start + length; i++) {
        target.put(i, (byte) 0);
      }
    }
  }

  private record Counting(RangeSink sink, ProgressCounter progress) implements RangeSink {
    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      int length = bytes.remaining();
      sink.data(offset, bytes);
      progress.add(length);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
      sink.zero(offset, length);
      progress.add(length);
    }
  }
}
