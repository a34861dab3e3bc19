package io.landfall.transfer.session;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.content.PageChecksums;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.AskManifest;
import io.landfall.protocol.message.TransferMessage.AskPages;
import io.landfall.protocol.message.TransferMessage.ExtentKind;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.IdRun;
import io.landfall.protocol.message.TransferMessage.ManifestPage;
import io.landfall.protocol.message.TransferMessage.ManifestState;
import io.landfall.protocol.message.TransferMessage.MapExtent;
import io.landfall.protocol.message.TransferMessage.MapRange;
import io.landfall.protocol.message.TransferMessage.Mapped;
import io.landfall.protocol.message.TransferMessage.Open;
import io.landfall.protocol.message.TransferMessage.Opened;
import io.landfall.protocol.message.TransferMessage.Pages;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.snapshot.device.Extent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// The answering side of one link: opens exports, says what lies in them, names their chunks, and
/// makes [answers][Answer] to wants. Any thread; calls block while a device or [Exports] does.
public final class Source implements AutoCloseable {
  private static final int PAGES_AT_ONCE_BYTES = 256 << 10;

  private final Exports exports;
  private final ByteBufAllocator allocator;
  private final Map<Integer, OpenExport> handles = new ConcurrentHashMap<>();
  private final AtomicInteger nextHandle = new AtomicInteger(1);
  private volatile boolean closed;

  /// A source that offers `exports` and takes the buffers of its answers from `allocator`.
  public Source(Exports exports, ByteBufAllocator allocator) {
    this.exports = exports;
    this.allocator = allocator;
  }

  /// Answers an OPEN.
  public TransferMessage open(Open question) {
    return answered(question.request(), () -> opened(question));
  }

  /// Answers a MAP.
  public TransferMessage map(MapRange question) {
    return using(question.request(), question.handle(), export -> mapped(question, export));
  }

  /// Answers an ASK_PAGES: reads them all.
  public TransferMessage pages(AskPages question) {
    return using(question.request(), question.handle(), export -> checksums(question, export));
  }

  private Pages checksums(AskPages question, Export export) throws IOException {
    requireInside(question.offset(), question.length(), export);
    ByteBuf bytes = allocator.directBuffer(PAGES_AT_ONCE_BYTES, PAGES_AT_ONCE_BYTES);
    try {
      List<Long> checksums = new ArrayList<>();
      for (int at = 0; at < question.length(); at += PAGES_AT_ONCE_BYTES) {
        int length = Math.min(PAGES_AT_ONCE_BYTES, question.length() - at);
        ByteBuffer piece = bytes.nioBuffer(0, length);
        export.device().read(question.offset() + at, piece);
        checksums.addAll(PageChecksums.of(piece.flip()));
      }
      return new Pages(question.request(), question.handle(), question.offset(), checksums);
    } finally {
      bytes.release();
    }
  }

  private static void requireInside(long offset, long length, Export export)
      throws ProtocolException {
    long size = export.device().sizeBytes();
    if (offset + length > size) {
      throw new ProtocolException(
          ErrorCode.OUT_OF_RANGE, "bytes " + offset + " to " + (offset + length) + " of " + size);
    }
  }

  /// Answers an ASK_MANIFEST, at once or when hashing is through.
  public void manifest(AskManifest question, Consumer<TransferMessage> reply) {
    OpenExport open = handles.get(question.handle());
    if (open == null) {
      reply.accept(noSuchHandle(question.request(), question.handle()));
      return;
    }
    var _ =
        open.export()
            .manifest()
            .orElseGet(() -> CompletableFuture.failedFuture(new IOException("there is none")))
            .whenComplete((manifest, failure) ->
                reply.accept(
                    failure == null
                        ? page(question, manifest)
                        : new Failure(
                            question.request(),
                            ErrorCode.NO_MANIFEST,
                            "no manifest: " + failure.getMessage())));
  }

  /// The answer to a WANT, to be read frame by frame. Never throws: what cannot be answered is
  /// refused by the answer itself.
  public Answer want(Want want) {
    OpenExport open = handles.get(want.handle());
    if (open == null || !open.acquire()) {
      return Answer.refusing(
          want, ErrorCode.NO_SUCH_HANDLE, "handle " + want.handle() + " is not open");
    }
    long size = open.export().device().sizeBytes();
    if (want.offset() + want.length() > size) {
      open.release();
      return Answer.refusing(
          want,
          ErrorCode.OUT_OF_RANGE,
          "bytes " + want.offset() + " to " + (want.offset() + want.length()) + " of " + size);
    }
    Optional<String> refusal = open.export().allowance().take(want.length());
    if (refusal.isPresent()) {
      open.release();
      return Answer.refusing(want, ErrorCode.NOT_AUTHORISED, refusal.get());
    }
    return Answer.of(want, open, allocator);
  }

  /// Closes a handle; what is being read of it ends first.
  public void fin(int handle) {
    OpenExport open = handles.remove(handle);
    if (open != null) {
      open.release();
    }
  }

  private Opened opened(Open question) throws IOException {
    if (closed || handles.size() >= Limits.MAX_HANDLES) {
      throw new ProtocolException(
          ErrorCode.LIMIT_EXCEEDED,
          handles.size() + " exports open on this link, expected at most " + Limits.MAX_HANDLES);
    }
    Export export =
        exports
            .find(question.export())
            .orElseThrow(() ->
                new ProtocolException(
                    ErrorCode.NO_SUCH_EXPORT,
                    "nothing called '" + question.export() + "' is on offer"));
    int handle = nextHandle.getAndIncrement();
    handles.put(handle, new OpenExport(export));
    if (closed) {
      fin(handle);
    }
    Optional<Manifest> manifest = export.knownManifest();
    return new Opened(
        question.request(),
        handle,
        export.device().sizeBytes(),
        export.chunkSizeBytes(),
        manifest.isPresent()
            ? ManifestState.READY
            : export.manifest().isPresent() ? ManifestState.PENDING : ManifestState.NONE,
        manifest.map(Manifest::imageId),
        export.base(),
        export.stamp());
  }

  private static Mapped mapped(MapRange question, Export export) throws IOException {
    long size = export.device().sizeBytes();
    if (question.offset() + question.length() > size) {
      throw new ProtocolException(
          ErrorCode.OUT_OF_RANGE,
          "map of "
              + question.offset()
              + " to "
              + (question.offset() + question.length())
              + " of an image of "
              + size
              + " bytes");
    }
    List<MapExtent> extents = new ArrayList<>();
    for (Extent extent :
        export.device().extents(question.offset(), question.length(), question.limit())) {
      extents.add(new MapExtent(extent.length(), kind(extent.kind(), export)));
    }
    return new Mapped(question.request(), question.handle(), question.offset(), extents);
  }

  private static ExtentKind kind(Extent.Kind kind, Export export) {
    return switch (kind) {
      case DATA -> ExtentKind.DATA;
      case ZERO -> ExtentKind.ZERO;
      case HOLE -> export.base().isPresent() ? ExtentKind.BASE : ExtentKind.ZERO;
    };
  }

  private static TransferMessage page(AskManifest question, Manifest manifest) {
    long first = question.firstChunk();
    if (first > manifest.chunkCount()) {
      return new Failure(
          question.request(),
          ErrorCode.OUT_OF_RANGE,
          "chunk " + first + " of " + manifest.chunkCount());
    }
    List<IdRun> runs = new ArrayList<>();
    long at = first;
    int ids = 0;
    while (at < manifest.chunkCount() && ids < Limits.MAX_IDS && runs.size() < Limits.MAX_ID_RUNS) {
      List<ChunkId> run = run(manifest, at, Limits.MAX_IDS - ids);
      if (run.isEmpty()) {
        at++;
      } else {
        runs.add(new IdRun(at, run));
        at += run.size();
        ids += run.size();
      }
    }
    return new ManifestPage(
        question.request(),
        question.handle(),
        first,
        at - first,
        manifest.chunkSizeBytes(),
        manifest.imageId(),
        runs);
  }

  /// The ids from chunk `first` up to the next zero chunk.
  private static List<ChunkId> run(Manifest manifest, long first, int limit) {
    List<ChunkId> ids = new ArrayList<>();
    for (long at = first; at < manifest.chunkCount() && ids.size() < limit; at++) {
      ChunkId id = manifest.chunk(at);
      if (id.isZero()) {
        break;
      }
      ids.add(id);
    }
    return ids;
  }

  private TransferMessage using(int request, int handle, Question question) {
    OpenExport open = handles.get(handle);
    if (open == null || !open.acquire()) {
      return noSuchHandle(request, handle);
    }
    try {
      return answered(request, () -> question.answer(open.export()));
    } finally {
      open.release();
    }
  }

  private static TransferMessage answered(int request, Step step) {
    try {
      return step.answer();
    } catch (ProtocolException e) {
      return new Failure(request, e.code(), e.getMessage());
    } catch (IOException | RuntimeException e) {
      return new Failure(request, ErrorCode.SOURCE_READ_FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static Failure noSuchHandle(int request, int handle) {
    return new Failure(request, ErrorCode.NO_SUCH_HANDLE, "handle " + handle + " is not open");
  }

  /// Closes all handles. Answers that are being made end their current read first.
  @Override
  public void close() {
    closed = true;
    handles.keySet().forEach(this::fin);
  }

  private interface Question {
    TransferMessage answer(Export export) throws IOException;
  }

  private interface Step {
    TransferMessage answer() throws IOException;
  }
}
