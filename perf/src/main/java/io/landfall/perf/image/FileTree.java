package io.landfall.perf.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A directory of small files that is named by two numbers: sizes from 512 bytes to 256 KiB, even
/// on a logarithmic scale, 40 files to a subdirectory.
///
/// @param files in it
/// @param seed other seeds give other sizes and contents
public record FileTree(int files, long seed) {
  private static final int MIN_BYTES = 512;
  private static final int MAX_BYTES = 256 << 10;
  private static final int FILES_PER_DIRECTORY = 40;

  /// Writes it to a new directory.
  ///
  /// @return bytes of all files together
  public long write(Path target) throws IOException {
    Numbers numbers = new Numbers(seed);
    ByteBuffer content = ByteBuffer.allocateDirect(MAX_BYTES);
    Files.createDirectory(target);
    long total = 0;
    for (int i = 0; i < files; i++) {
      Path directory = target.resolve("d" + i / FILES_PER_DIRECTORY);
      if (i % FILES_PER_DIRECTORY == 0) {
        Files.createDirectory(directory);
      }
      double scale = StrictMath.pow((double) MAX_BYTES / MIN_BYTES, numbers.unit());
      new FileContent(numbers.next()).fill(content.clear().limit((int) (MIN_BYTES * scale)));
      total += content.flip().remaining();
      try (FileChannel file =
          FileChannel.open(
              directory.resolve("f" + i),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE)) {
        while (content.hasRemaining()) {
          file.write(content);
        }
      }
    }
    return total;
  }
}
