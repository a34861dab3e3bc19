package io.landfall.transfer.demo;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// Disk images for demonstrations, tests and benchmarks: they boot the work program, and hold data
/// that is laid out and compresses like a system disk, the same for the same arguments.
public final class DemoImage {
  private static final long BLOCK = 4096;

  private DemoImage() {}

  /// Makes a sparse raw image.
  ///
  /// The program and its log have the first [WorkProgram#RESERVED_BYTES]; the data lies behind them
  /// in many extents with holes between.
  ///
  /// @param target must not exist
  /// @param sizeBytes of the disk, a multiple of 4096
  /// @param dataBytes bytes of data, a multiple of 4096 that fits
  /// @param seed other seeds give other data in other places
  /// @param plan what the program does
  public static void write(Path target, long sizeBytes, long dataBytes, long seed, WorkPlan plan)
      throws IOException {
    long room = sizeBytes - WorkProgram.RESERVED_BYTES;
    if (sizeBytes % BLOCK != 0 || dataBytes % BLOCK != 0 || dataBytes < 0 || dataBytes > room) {
      throw new IllegalArgumentException(
          "image of %d bytes with %d of data: expected multiples of %d and at most %d of data"
              .formatted(sizeBytes, dataBytes, BLOCK, Math.max(0, room)));
    }
    boolean done = false;
    try (RawFile disk = RawFile.create(target, sizeBytes)) {
      WorkProgram.install(disk, plan);
      new FileLayout(seed, WorkProgram.RESERVED_BYTES, room, dataBytes)
          .forEach((offset, length, file) -> writeFile(disk, offset, length, file));
      disk.flush();
      done = true;
    } finally {
      if (!done) {
        Files.deleteIfExists(target);
      }
    }
  }

  private static void writeFile(RawFile disk, long offset, long length, long file)
      throws IOException {
    SystemDiskContent content = new SystemDiskContent(file);
    for (long at = offset; at < offset + length; ) {
      ByteBuffer piece = content.next((int) Math.min(offset + length - at, 1 << 20));
      at += piece.remaining();
      disk.write(at - piece.remaining(), piece);
    }
  }
}
