package io.landfall.store.chunk;

import io.landfall.protocol.content.ChunkDecoder;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.protocol.content.CorruptChunkException.Reason;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.seal.Seal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Reads chunks by name and checks every one against its id: what comes back is what was stored, or
/// an exception.
///
/// Any thread; several threads read at once, each with buffers of its own from a small pool.
public final class ChunkReader {
  private static final int POOLED_BUFFERS = 16;

  private final ChunkLocator locator;
  private final PackReaders packs;
  private final Seal seal;
  private final BlockingQueue<Buffers> pool = new ArrayBlockingQueue<>(POOLED_BUFFERS);

  /// Reads what `locator` finds, by plain ids, from `packs`; both are borrowed.
  public ChunkReader(ChunkLocator locator, PackReaders packs, Seal seal) {
    this.locator = locator;
    this.packs = packs;
    this.seal = seal;
  }

  private static final class Buffers {
    private final ChunkDecoder decoder = new ChunkDecoder();
    private ByteBuffer encoded = ByteBuffer.allocate(0);
    private ByteBuffer base = ByteBuffer.allocate(0);
  }

  /// Fills `target` with the plain bytes of `id`, which must have exactly that length.
  ///
  /// @param level 0 for guest data, at least 1 for a manifest node
  /// @throws MissingChunkException if the store has no such chunk
  /// @throws CorruptChunkException if its bytes are not what they were
  public void read(ChunkId id, int level, ByteBuffer target) throws IOException {
    if (id.isZero()) {
      while (target.hasRemaining()) {
        target.put((byte) 0);
      }
      return;
    }
    Buffers buffers = pool.poll();
    if (buffers == null) {
      buffers = new Buffers();
    }
    try {
      readTwice(id, level, target, buffers);
    } finally {
      pool.offer(buffers);
    }
  }

  /// A second look tells damage on the disk from damage on the way: a chunk is called corrupt only
  /// if two reads agree that it is. A pack that is gone was emptied into others.
  private void readTwice(ChunkId id, int level, ByteBuffer target, Buffers buffers)
      throws IOException {
    int position = target.position();
    try {
      readOnce(id, level, target, buffers);
    } catch (CorruptChunkException e) {
      readOnce(id, level, target.position(position), buffers);
    } catch (NoSuchFileException e) {
      locator.lookAgain();
      readOnce(id, level, target.position(position), buffers);
    }
  }

  private void readOnce(ChunkId id, int level, ByteBuffer target, Buffers buffers)
      throws IOException {
    EncodedChunk chunk = encoded(id, level, target.remaining(), buffers, false);
    buffers.decoder.decodeVerified(
        chunk, target, (baseId, plain) -> readBase(baseId, plain, buffers));
  }

  /// The chunk to take as the base of a delta where `id` lies now: `id` itself if it is stored in
  /// full, its own base if it is a delta, so that no delta has a delta for a base. Empty if the
  /// store has no such chunk.
  public Optional<ChunkId> fullForm(ChunkId id) throws IOException {
    try {
      return fullFormNow(id);
    } catch (NoSuchFileException e) {
      locator.lookAgain();
      return fullFormNow(id);
    }
  }

  private Optional<ChunkId> fullFormNow(ChunkId id) throws IOException {
    Optional<ChunkLocation> at = locator.find(id);
    if (at.isEmpty() || !at.get().encoding().isDelta()) {
      return at.map(_ -> id);
    }
    if (at.get().encoding().isSealed()) {
      EncodedChunk delta =
          encoded(id, at.get().level(), at.get().rawLength(), new Buffers(), false);
      return Optional.of(delta.header().base());
    }
    ByteBuffer header = ByteBuffer.allocate(ChunkHeader.SIZE_BYTES);
    packs.read(at.get().pack(), at.get().offset(), header);
    return Optional.of(ChunkHeader.readFrom(header.flip()).base());
  }

  /// A chunk or node as it lies in its pack, its payload checked against its checksum; whoever
  /// takes it decodes it and checks the content.
  ///
  /// @return a copy
  /// @throws MissingChunkException if the store has no such chunk
  /// @throws CorruptChunkException if it is damaged
  public EncodedChunk readEncoded(ChunkId id) throws IOException {
    try {
      return readEncodedNow(id);
    } catch (NoSuchFileException e) {
      locator.lookAgain();
      return readEncodedNow(id);
    }
  }

  private EncodedChunk readEncodedNow(ChunkId id) throws IOException {
    ChunkLocation at = locator.find(id).orElseThrow(() -> new MissingChunkException(id));
    EncodedChunk chunk = encoded(id, at.level(), at.rawLength(), new Buffers(), false);
    chunk.requireIntact();
    return chunk;
  }

  private void readBase(ChunkId id, ByteBuffer plain, Buffers buffers) throws IOException {
    EncodedChunk base = encoded(id, 0, plain.remaining(), buffers, true);
    if (base.header().encoding().isDelta()) {
      throw new CorruptChunkException(
          Reason.INCONSISTENT, "chunk " + id + ": is the base of a page delta and one itself");
    }
    // The delta's decoder is in use; a full form needs none of its state. The bytes are checked
    // with the chunk that is made of them.
    buffers.decoder.decode(base, plain, ChunkReader::noBase);
  }

  private static void noBase(ChunkId id, ByteBuffer target) throws IOException {
    throw new CorruptChunkException(Reason.INCONSISTENT, "chunk " + id + ": a delta of a delta");
  }

  private EncodedChunk encoded(ChunkId id, int level, int rawLength, Buffers buffers, boolean base)
      throws IOException {
    ChunkLocation at = locator.find(id).orElseThrow(() -> new MissingChunkException(id));
    ByteBuffer bytes = base ? buffers.base : buffers.encoded;
    if (bytes.capacity() < at.length()) {
      bytes = ByteBuffer.allocate(at.length());
      if (base) {
        buffers.base = bytes;
      } else {
        buffers.encoded = bytes;
      }
    }
    packs.read(at.pack(), at.offset(), bytes.clear().limit(at.length()));
    EncodedChunk chunk = EncodedChunk.readFrom(bytes.flip());
    ChunkHeader header = chunk.header();
    if (!header.id().equals(seal.storedId(id))
        || header.level() != level
        || header.rawLength() != rawLength) {
      throw new CorruptChunkException(
          Reason.WRONG_CONTENT,
          "pack %016x at %d: expected chunk %s of level %d and %d bytes, found %s of level %d and %d bytes"
              .formatted(
                  at.pack(),
                  at.offset(),
                  id,
                  level,
                  rawLength,
                  header.id(),
                  header.level(),
                  header.rawLength()));
    }
    return seal.open(chunk);
  }
}
