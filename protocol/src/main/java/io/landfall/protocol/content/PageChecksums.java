package io.landfall.protocol.content;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/// A checksum per page of 4 KiB, XXH64: 9 GB/s, so that comparing an older version of a chunk costs
/// less than sending it. It finds pages that are equal; that they are, the chunk's SHA-256 proves.
public final class PageChecksums {
  private static final XXHash64 HASH = XXHashFactory.fastestInstance().hash64();

  private PageChecksums() {}

  /// One for each page of the remaining bytes, which stay as they are; the last may be short.
  public static List<Long> of(ByteBuffer bytes) {
    List<Long> checksums = new ArrayList<>(Math.ceilDiv(bytes.remaining(), Chunks.PAGE_SIZE_BYTES));
    for (int at = bytes.position(); at < bytes.limit(); at += Chunks.PAGE_SIZE_BYTES) {
      int length = Math.min(Chunks.PAGE_SIZE_BYTES, bytes.limit() - at);
      checksums.add(HASH.hash(bytes, at, length, 0));
    }
    return checksums;
  }
}
