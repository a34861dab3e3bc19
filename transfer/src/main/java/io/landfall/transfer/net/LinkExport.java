package io.landfall.transfer.net;

import static io.landfall.protocol.error.ErrorCode.CONTENT_MISMATCH;
import static io.landfall.protocol.error.ErrorCode.NO_MANIFEST;
import static io.landfall.protocol.error.ErrorCode.PROTOCOL_VIOLATION;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage.AskManifest;
import io.landfall.protocol.message.TransferMessage.AskPages;
import io.landfall.protocol.message.TransferMessage.Fin;
import io.landfall.protocol.message.TransferMessage.IdRun;
import io.landfall.protocol.message.TransferMessage.ManifestPage;
import io.landfall.protocol.message.TransferMessage.ManifestState;
import io.landfall.protocol.message.TransferMessage.MapExtent;
import io.landfall.protocol.message.TransferMessage.MapRange;
import io.landfall.protocol.message.TransferMessage.Mapped;
import io.landfall.protocol.message.TransferMessage.Mark;
import io.landfall.protocol.message.TransferMessage.MarkedRange;
import io.landfall.protocol.message.TransferMessage.Opened;
import io.landfall.protocol.message.TransferMessage.Pages;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// An export of the peer at the other end of a [Link]. Checks what the source says against what was
/// asked.
final class LinkExport implements RemoteExport {
  private final Link link;
  private final String name;
  private final Opened opened;

  LinkExport(Link link, String name, Opened opened) {
    this.link = link;
    this.name = name;
    this.opened = opened;
  }

  @Override
  public Opened opened() {
    return opened;
  }

  @Override
  public List<MapExtent> map(long offset, long length, int limit) throws IOException {
    Mapped mapped =
        link.ask(
            Mapped.class, request -> new MapRange(request, opened.handle(), offset, length, limit));
    long covered = mapped.extents().stream().mapToLong(MapExtent::length).sum();
    if (mapped.offset() != offset || covered > length || mapped.extents().size() > limit) {
      throw violation(
          "map of "
              + covered
              + " bytes at "
              + mapped.offset()
              + ", asked for "
              + length
              + " at "
              + offset);
    }
    return mapped.extents();
  }

  @Override
  public Optional<Manifest> manifest() throws IOException {
    if (opened.manifest() == ManifestState.NONE) {
      return Optional.empty();
    }
    try {
      return Optional.of(pages());
    } catch (RemoteException e) {
      if (e.code() == NO_MANIFEST) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Optional<List<Long>> pages(long offset, int length) throws IOException {
    if (!link.tellsPages()) {
      return Optional.empty();
    }
    Pages pages =
        link.ask(Pages.class, request -> new AskPages(request, opened.handle(), offset, length));
    int count = Math.ceilDiv(length, Chunks.PAGE_SIZE_BYTES);
    if (pages.offset() != offset || pages.checksums().size() != count) {
      throw violation(
          pages.checksums().size()
              + " pages at "
              + pages.offset()
              + ", asked for "
              + count
              + " at "
              + offset);
    }
    return Optional.of(pages.checksums());
  }

  private Manifest pages() throws IOException {
    ManifestPage page = page(0);
    Manifest.Builder builder = builder(page);
    long count = Chunks.count(opened.sizeBytes(), page.chunkSizeBytes());
    long at = 0;
    while (true) {
      requireFits(page, at, count);
      for (IdRun run : page.runs()) {
        put(builder, run);
      }
      at += page.chunkCount();
      if (at == count) {
        return requireNamed(builder.build(), page);
      }
      page = page(at);
    }
  }

  private ManifestPage page(long first) throws IOException {
    return link.ask(
        ManifestPage.class, request -> new AskManifest(request, opened.handle(), first));
  }

  private Manifest.Builder builder(ManifestPage page) throws ProtocolException {
    long bytes = Chunks.count(opened.sizeBytes(), page.chunkSizeBytes()) * ChunkId.SIZE_BYTES;
    if (bytes > Limits.MAX_MANIFEST_BYTES) {
      throw violation(
          "manifest of " + bytes + " bytes, expected at most " + Limits.MAX_MANIFEST_BYTES);
    }
    return Manifest.builder(opened.sizeBytes(), page.chunkSizeBytes());
  }

  private void requireFits(ManifestPage page, long at, long count) throws ProtocolException {
    boolean fits =
        page.firstChunk() == at
            && page.chunkCount() <= count - at
            && (page.chunkCount() > 0 || at == count);
    long free = at;
    for (IdRun run : page.runs()) {
      fits &= run.firstChunk() >= free;
      free = run.firstChunk() + run.ids().size();
    }
    if (!fits || free > at + page.chunkCount()) {
      throw violation("manifest page at " + page.firstChunk() + ", asked for chunk " + at);
    }
  }

  private static void put(Manifest.Builder builder, IdRun run) {
    long index = run.firstChunk();
    for (ChunkId id : run.ids()) {
      builder.put(index++, id);
    }
  }

  private Manifest requireNamed(Manifest manifest, ManifestPage page) throws ProtocolException {
    boolean same = opened.imageId().map(manifest.imageId()::equals).orElse(true);
    if (!same || !manifest.imageId().equals(page.imageId())) {
      throw new ProtocolException(
          CONTENT_MISMATCH,
          "manifest of '"
              + name
              + "' from "
              + link.name()
              + " has root "
              + manifest.imageId()
              + ", announced as "
              + opened.imageId().orElse(page.imageId()));
    }
    return manifest;
  }

  @Override
  public PullSummary pull(List<Range> ranges, PullSettings settings, RangeSink sink)
      throws IOException {
    return link.pull(opened.handle(), ranges, settings, sink);
  }

  @Override
  public void durable(List<Range> ranges) throws IOException {
    for (int from = 0; from < ranges.size(); from += Limits.MAX_RANGES) {
      List<MarkedRange> marked =
          ranges.subList(from, Math.min(ranges.size(), from + Limits.MAX_RANGES)).stream()
              .map(range -> new MarkedRange(range.offset(), range.length()))
              .toList();
      link.tell(new Mark(opened.handle(), marked));
    }
  }

  @Override
  public void close() {
    try {
      link.tell(new Fin(opened.handle()));
    } catch (IOException e) {
      // The link is down, and with it the handle.
      return;
    }
  }

  private ProtocolException violation(String what) {
    return new ProtocolException(
        PROTOCOL_VIOLATION, "'" + name + "' from " + link.name() + ": " + what);
  }

  @Override
  public String toString() {
    return "'" + name + "' of " + link.name();
  }
}
