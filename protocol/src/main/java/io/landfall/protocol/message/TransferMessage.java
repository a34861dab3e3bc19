package io.landfall.protocol.message;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Everything two hosts say to each other.
///
/// The receiver of content asks (OPEN, MAP, ASK_MANIFEST, WANT), the source answers; either side of
/// a link may be either. `request` is chosen by who asks and comes back in every answer. `handle`
/// is chosen by the source when it answers OPEN. A constructor throws IllegalArgumentException for
/// what breaks a bound of [Limits].
public sealed interface TransferMessage {

  /// What a connection is for.
  enum Role {
    /// Questions and answers; one per link, opened first.
    CONTROL,
    /// WANT and its DATA and ZERO; tied to its link by the session id.
    DATA
  }

  /// The first message of both sides on each connection; the answer's versions are both the version
  /// chosen.
  ///
  /// @param minVersion lowest version spoken
  /// @param maxVersion highest version spoken
  /// @param dataConnections how many the link has; the same on each of its connections
  /// @param session ties the connections of one link together; random, chosen by who dials
  /// @param node the sender's name for people
  record Hello(
      int minVersion, int maxVersion, Role role, int dataConnections, UUID session, String node)
      implements TransferMessage {
    public Hello {
      require(minVersion > 0 && minVersion <= maxVersion && maxVersion <= 0xFFFF, "versions");
      requireBetween("data connections", dataConnections, 1, Limits.MAX_DATA_CONNECTIONS);
    }
  }

  /// The key that a proof was made with.
  enum ProofKey {
    /// None yet: a challenge.
    NONE,
    /// What all hosts of a pool share.
    POOL,
    /// What users of the listener's own machine may read.
    LOCAL,
    /// What both sides derived when the control connection of the link was proved.
    SESSION
  }

  /// One step of proving on a connection without TLS that both sides have the same key; WIRE.md has
  /// the order.
  ///
  /// @param key which one
  /// @param nonce fresh randomness of the sender
  /// @param proof over both HELLOs' terms and both nonces; none in a challenge
  record Auth(ProofKey key, Token nonce, Token proof) implements TransferMessage {
    public Auth {
      require((key == ProofKey.NONE) == proof.equals(Token.NONE), "proof");
    }
  }

  /// Asks for an export by name.
  record Open(int request, String export) implements TransferMessage {}

  /// Whether and when a source can name the chunks of an export.
  enum ManifestState {
    /// It cannot; the receiver's own hashes become the manifest.
    NONE,
    /// It is still hashing; ASK_MANIFEST is answered when it is through.
    PENDING,
    /// It can, and [Opened#imageId] is there.
    READY
  }

  /// An export is open.
  ///
  /// @param chunkSizeBytes of its manifest, or what the source would choose
  /// @param imageId of its content, if known yet
  /// @param base of what BASE extents mean "the same as"
  /// @param stamp changes whenever the content may have changed; empty if the source cannot tell
  record Opened(
      int request,
      int handle,
      long sizeBytes,
      int chunkSizeBytes,
      ManifestState manifest,
      Optional<ImageId> imageId,
      Optional<ImageId> base,
      String stamp)
      implements TransferMessage {
    public Opened {
      require(sizeBytes >= 0 && sizeBytes <= Limits.MAX_IMAGE_BYTES, "image size");
      Chunks.requireChunkSize(chunkSizeBytes);
      require(imageId.isPresent() == (manifest == ManifestState.READY), "image id");
    }
  }

  /// Asks what lies in a range, at most `limit` extents of it.
  record MapRange(int request, int handle, long offset, long length, int limit)
      implements TransferMessage {
    public MapRange {
      requireRange(offset, length);
      requireBetween("extent limit", limit, 1, Limits.MAX_EXTENTS);
    }
  }

  /// What an extent's bytes are, as the source knows them.
  enum ExtentKind {
    /// Must be pulled to be known.
    DATA,
    /// All zero.
    ZERO,
    /// The same as the base that OPENED named; zero if it named none.
    BASE
  }

  /// A run of one kind; it begins where the one before it ends.
  record MapExtent(long length, ExtentKind kind) {
    public MapExtent {
      require(length > 0, "extent length");
    }
  }

  /// Extents from `offset` on, without gaps. If they end before the range that was asked, ask on.
  record Mapped(int request, int handle, long offset, List<MapExtent> extents)
      implements TransferMessage {
    public Mapped {
      extents = List.copyOf(extents);
      requireBetween("extents", extents.size(), 1, Limits.MAX_EXTENTS);
    }
  }

  /// Asks for chunk ids from `firstChunk` on.
  record AskManifest(int request, int handle, long firstChunk) implements TransferMessage {
    public AskManifest {
      require(firstChunk >= 0, "chunk index");
    }
  }

  /// Consecutive ids, the first that of chunk `firstChunk`.
  record IdRun(long firstChunk, List<ChunkId> ids) {
    public IdRun {
      ids = List.copyOf(ids);
      require(firstChunk >= 0, "chunk index");
      requireBetween("ids", ids.size(), 1, Limits.MAX_IDS);
    }
  }

  /// Names the chunks of `[firstChunk, firstChunk + chunkCount)`: those in no run are zero. If that
  /// is not all of the image, ask on.
  ///
  /// @param chunkSizeBytes of the manifest
  /// @param imageId of the whole image
  record ManifestPage(
      int request,
      int handle,
      long firstChunk,
      long chunkCount,
      int chunkSizeBytes,
      ImageId imageId,
      List<IdRun> runs)
      implements TransferMessage {
    public ManifestPage {
      runs = List.copyOf(runs);
      require(firstChunk >= 0 && chunkCount >= 0 && firstChunk + chunkCount >= 0, "chunk range");
      Chunks.requireChunkSize(chunkSizeBytes);
      requireBetween("id runs", runs.size(), 0, Limits.MAX_ID_RUNS);
    }
  }

  /// Who goes first, over all that a source owes to anybody.
  enum Priority {
    /// A guest waits for it.
    URGENT,
    /// A job waits for it; of a peer that cannot say more than whether it is urgent, all the rest.
    LANDING,
    /// Nobody waits for it: what the others leave. From version 3 of the protocol on.
    BACKGROUND
  }

  /// Asks for bytes; answered on the same connection by DATA and ZERO that cover the range in order
  /// without gaps. This is the credit too: a source sends nothing that was not wanted.
  ///
  /// @param priority what goes before it, and what after it
  /// @param codec the strongest that the answer may be compressed with
  record Want(int request, int handle, long offset, int length, Priority priority, Codec codec)
      implements TransferMessage {
    public Want {
      requireRange(offset, length);
      requireBetween("wanted bytes", length, 1, Limits.MAX_WANT_BYTES);
    }
  }

  /// How the payload of a DATA frame is written; each is stronger and slower than those before.
  enum Codec {
    PLAIN,
    LZ4,
    /// From version 2 of the protocol on.
    ZSTD
  }

  /// Bytes of a wanted range. Owns `payload`; closing releases it.
  ///
  /// @param rawLength bytes of the image that the payload stands for
  record Data(int request, int handle, long offset, int rawLength, Codec codec, ByteBuf payload)
      implements TransferMessage, AutoCloseable {
    public Data {
      requireRange(offset, rawLength);
      requireBetween("data bytes", rawLength, 1, Limits.MAX_DATA_BYTES);
      requireBetween("payload bytes", payload.readableBytes(), 1, Limits.MAX_DATA_WIRE_BYTES);
      require(codec != Codec.PLAIN || payload.readableBytes() == rawLength, "plain payload");
    }

    @Override
    public void close() {
      payload.release();
    }
  }

  /// A part of a wanted range that is all zero.
  record Zero(int request, int handle, long offset, int length) implements TransferMessage {
    public Zero {
      requireRange(offset, length);
      requireBetween("zero bytes", length, 1, Limits.MAX_WANT_BYTES);
    }
  }

  /// Asks for the checksums of pages, to find out which of them an older version of a chunk has
  /// too. From version 2 on.
  ///
  /// @param offset of whole pages
  /// @param length the last page of an image may be short
  record AskPages(int request, int handle, long offset, int length) implements TransferMessage {
    public AskPages {
      requireRange(offset, length);
      require(offset % Chunks.PAGE_SIZE_BYTES == 0, "place of pages");
      requireBetween("bytes of pages", length, 1, Limits.MAX_WANT_BYTES);
    }
  }

  /// The checksum of each page from `offset` on: they find what is equal, and prove nothing.
  record Pages(int request, int handle, long offset, List<Long> checksums)
      implements TransferMessage {
    public Pages {
      checksums = List.copyOf(checksums);
      requireBetween("pages", checksums.size(), 1, Limits.MAX_PAGES);
    }
  }

  /// A run of bytes.
  record MarkedRange(long offset, long length) {
    public MarkedRange {
      requireRange(offset, length);
    }
  }

  /// Receiver to source: these ranges would survive a power cut now.
  record Mark(int handle, List<MarkedRange> ranges) implements TransferMessage {
    public Mark {
      ranges = List.copyOf(ranges);
      requireBetween("marked ranges", ranges.size(), 1, Limits.MAX_RANGES);
    }
  }

  /// A remark for the log of the other side; an empty one only says "still here".
  record Note(String text) implements TransferMessage {}

  /// The answer to `request` is that it failed; with request 0 the connection is about to close.
  record Failure(int request, ErrorCode code, String sentence) implements TransferMessage {}

  /// The receiver is through with a handle.
  record Fin(int handle) implements TransferMessage {}

  /// A question between agents, JSON.
  record Request(int request, String json) implements TransferMessage {}

  /// The answer to a [Request].
  record Reply(int request, String json) implements TransferMessage {}

  /// News between agents that need no answer; delivered in order.
  record Notice(String json) implements TransferMessage {}

  private static void requireRange(long offset, long length) {
    require(
        offset >= 0 && length > 0 && length <= Limits.MAX_IMAGE_BYTES - offset,
        "range: offset " + offset + ", length " + length + ";");
  }

  private static void requireBetween(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(what + ": " + value + ", expected " + min + " to " + max);
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what + " out of bounds");
    }
  }
}
