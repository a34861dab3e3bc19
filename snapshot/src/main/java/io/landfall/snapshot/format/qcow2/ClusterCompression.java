package io.landfall.snapshot.format.qcow2;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.util.zip.Deflater;

/// How the clusters of a written image are packed.
public enum ClusterCompression {
  /// As they are.
  NONE {
    @Override
    byte[] pack(byte[] plain) {
      return plain;
    }
  },

  /// Raw deflate, read by everything that knows compressed qcow2.
  DEFLATE {
    @Override
    byte[] pack(byte[] plain) {
      return deflate(plain);
    }
  },

  /// Zstandard: faster and smaller; QEMU 5.1 and newer.
  ZSTD {
    @Override
    byte[] pack(byte[] plain) {
      return Zstd.compress(plain, Zstd.defaultCompressionLevel());
    }
  };

  /// QEMU's own window. The JDK always uses 32 KiB; a reader with the small window that unpacks in
  /// pieces then fails, so the window is emptied after each 4 KiB of input.
  private static final int WINDOW_BYTES = 4096;

  /// Packs one cluster; the result may be longer than `plain`.
  abstract byte[] pack(byte[] plain);

  private static byte[] deflate(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length);
    byte[] piece = new byte[2 * WINDOW_BYTES];
    try (Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
      for (int at = 0; at < plain.length; at += WINDOW_BYTES) {
        deflater.setInput(plain, at, Math.min(WINDOW_BYTES, plain.length - at));
        boolean last = at + WINDOW_BYTES >= plain.length;
        if (last) {
          deflater.finish();
        }
        int mode = last ? Deflater.NO_FLUSH : Deflater.FULL_FLUSH;
        int length;
        do {
          length = deflater.deflate(piece, 0, piece.length, mode);
          packed.write(piece, 0, length);
        } while (length == piece.length);
      }
    }
    return packed.toByteArray();
  }
}
