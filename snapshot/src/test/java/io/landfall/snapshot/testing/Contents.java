package io.landfall.snapshot.testing;

import io.landfall.snapshot.device.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/// Bytes for tests, and what a device reads as.
public final class Contents {
  private Contents() {}

  /// Runs of random bytes, text-like bytes that compress, and zeros, of lengths from a sector to
  /// about 128 KiB.
  public static byte[] sparse(int sizeBytes, long seed) {
    byte[] content = new byte[sizeBytes];
    Random random = new Random(seed);
    int at = 0;
    while (at < sizeBytes) {
      int length = Math.min(sizeBytes - at, 512 * (1 + random.nextInt(1 << random.nextInt(9))));
      switch (random.nextInt(3)) {
        case 0 -> {}
        case 1 -> fillRandom(content, at, length, random, 256);
        default -> fillRandom(content, at, length, random, 4);
      }
      at += length;
    }
    return content;
  }

  private static void fillRandom(byte[] target, int at, int length, Random random, int values) {
    for (int i = at; i < at + length; i++) {
      target[i] = (byte) (1 + random.nextInt(values));
    }
  }

  /// Everything on `device`.
  public static byte[] of(BlockDevice device) throws IOException {
    return read(device, 0, Math.toIntExact(device.sizeBytes()));
  }

  /// `length` bytes from `offset`.
  public static byte[] read(BlockDevice device, long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    device.read(offset, ByteBuffer.wrap(bytes));
    return bytes;
  }
}
