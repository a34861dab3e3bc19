package io.landfall.protocol.codec;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// CRC32C over parts of a ByteBuf.
final class Crc {
  private Crc() {}

  static int of(ByteBuf bytes, int index, int length) {
    CRC32C crc = new CRC32C();
    if (bytes.nioBufferCount() == 1) {
      crc.update(bytes.nioBuffer(index, length));
    } else {
      for (ByteBuffer part : bytes.nioBuffers(index, length)) {
        crc.update(part);
      }
    }
    return (int) crc.getValue();
  }
}
