package io.landfall.store.seal;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.EncodedChunk;
import java.util.Optional;

/// No encryption.
final class PlainSeal implements Seal {
  static final PlainSeal INSTANCE = new PlainSeal();

  private PlainSeal() {}

  @Override
  public ChunkId storedId(ChunkId plain) {
    return plain;
  }

  @Override
  public EncodedChunk seal(EncodedChunk plain) {
    return plain;
  }

  @Override
  public EncodedChunk open(EncodedChunk stored) {
    return stored;
  }

  @Override
  public Optional<byte[]> sealRecord(String name, byte[] json) {
    return Optional.empty();
  }

  @Override
  public byte[] openRecord(String name, byte[] sealed) {
    return sealed;
  }
}
