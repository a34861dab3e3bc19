package io.landfall.store.seal;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.EncodedChunk;
import java.util.Optional;

/// Encrypted, and the key is not here.
final class LockedSeal implements Seal {
  static final LockedSeal INSTANCE = new LockedSeal();

  private LockedSeal() {}

  private static IllegalStateException locked() {
    return new IllegalStateException("the store is encrypted and was opened without its key");
  }

  @Override
  public boolean isOpen() {
    return false;
  }

  @Override
  public ChunkId storedId(ChunkId plain) {
    throw locked();
  }

  @Override
  public EncodedChunk seal(EncodedChunk plain) {
    throw locked();
  }

  @Override
  public EncodedChunk open(EncodedChunk stored) {
    throw locked();
  }

  @Override
  public Optional<byte[]> sealRecord(String name, byte[] json) {
    throw locked();
  }

  @Override
  public byte[] openRecord(String name, byte[] sealed) {
    throw locked();
  }
}
