package io.landfall.transfer.guest;

import io.landfall.snapshot.device.BlockDevice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/// The assembled program and where it keeps things on its disk. The source,
/// `src/main/asm/workprogram.asm`, is the description of every byte.
public final class WorkProgram {
  /// Bytes at the start of the disk that are the program's and its log's; all else is free.
  public static final long RESERVED_BYTES = 4L << 20;

  /// Where the log starts, in bytes.
  public static final long LOG_OFFSET = 64 * 512L;

  static final int SECTOR = 512;
  static final long PLAN_OFFSET = 7L * SECTOR;

  /// `LFWK`, little endian.
  static final int MAGIC = 0x4b57464c;

  private static final int PROGRAM_BYTES = 8 * SECTOR;
  private static final String RESOURCE = "workprogram.bin";

  private WorkProgram() {}

  /// Writes the program and its plan to a disk; touches nothing behind its eight sectors.
  ///
  /// @throws IllegalArgumentException if the disk is smaller than [#RESERVED_BYTES]
  public static void install(BlockDevice disk, WorkPlan plan) throws IOException {
    if (disk.sizeBytes() < RESERVED_BYTES) {
      throw new IllegalArgumentException(
          "disk: %d bytes, the work program needs %d".formatted(disk.sizeBytes(), RESERVED_BYTES));
    }
    disk.write(0, bootSectors(plan));
  }

  /// The first sectors of a disk with this plan.
  public static ByteBuffer bootSectors(WorkPlan plan) {
    ByteBuffer sectors = ByteBuffer.wrap(assembled());
    sectors.put((int) PLAN_OFFSET, plan.sector(), 0, SECTOR);
    return sectors;
  }

  /// The program as the assembler made it.
  static byte[] assembled() {
    try (InputStream in = WorkProgram.class.getResourceAsStream(RESOURCE)) {
      byte[] bytes = in.readAllBytes();
      if (bytes.length != PROGRAM_BYTES) {
        throw new AssertionError(
            RESOURCE + ": " + bytes.length + " bytes, expected " + PROGRAM_BYTES);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }
}
