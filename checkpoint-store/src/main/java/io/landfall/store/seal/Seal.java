package io.landfall.store.seal;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.protocol.content.EncodedChunk;
import java.io.IOException;
import java.util.Optional;

/// How chunks and checkpoint records lie in a store: as they are, or encrypted.
///
/// Whoever looks from above knows chunks by their plain ids; packs, their tables and the index know
/// them by stored ids. Without encryption the two are the same.
public sealed interface Seal permits PlainSeal, AesSeal, LockedSeal {

  /// That of a store which is not encrypted.
  static Seal none() {
    return PlainSeal.INSTANCE;
  }

  /// That of an encrypted store whose key is not at hand: only what needs no key can be done.
  static Seal locked() {
    return LockedSeal.INSTANCE;
  }

  /// Whether content can be read.
  default boolean isOpen() {
    return true;
  }

  /// The name of a chunk in packs and index; zero stays zero.
  ChunkId storedId(ChunkId plain);

  /// What is stored for `plain`, a copy if it is another chunk.
  EncodedChunk seal(EncodedChunk plain) throws IOException;

  /// The chunk that was sealed.
  ///
  /// @throws CorruptChunkException if it is not one that this seal made, byte for byte
  EncodedChunk open(EncodedChunk stored) throws CorruptChunkException;

  /// What is stored for the JSON of the checkpoint record called `name`; empty if it is stored as
  /// it is.
  Optional<byte[]> sealRecord(String name, byte[] json);

  /// The JSON that was sealed.
  ///
  /// @throws IOException if it is not what was sealed under this name
  byte[] openRecord(String name, byte[] sealed) throws IOException;
}
