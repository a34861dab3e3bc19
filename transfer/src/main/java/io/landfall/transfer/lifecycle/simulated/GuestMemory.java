package io.landfall.transfer.lifecycle.simulated;

import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.guest.WorkPattern;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// The memory of a simulated guest: a sparse file as large as the guest's RAM, the pattern where
/// the real program keeps it, and behind it what the real one has in its registers and variables.
///
/// Not thread-safe.
final class GuestMemory implements AutoCloseable {
  private static final long PATTERN_AT = 0x20000;
  private static final long COUNTER_AT = 0x30000;

  /// Tells a memory that a guest has worked in from one that is all zeros.
  private static final int MAGIC = 0x4b57464c;

  private final RawFile file;

  private GuestMemory(RawFile file) {
    this.file = file;
  }

  /// The least that a guest needs.
  static long minBytes() {
    return COUNTER_AT + 4096;
  }

  /// Memory of a guest that boots.
  static GuestMemory create(Path path, long bytes, int seed) throws IOException {
    Files.deleteIfExists(path);
    GuestMemory memory = new GuestMemory(RawFile.create(path, bytes));
    memory.store(0, new WorkPattern(seed));
    return memory;
  }

  /// Memory of a guest that goes on.
  static GuestMemory open(Path path) throws IOException {
    GuestMemory memory = new GuestMemory(RawFile.openWritable(path));
    ByteBuffer counter = memory.counter();
    if (counter.getInt(0) != MAGIC) {
      memory.close();
      throw new IOException(
          "%s: no simulated guest in it: %08x at %x, expected %08x"
              .formatted(path, counter.getInt(0), COUNTER_AT, MAGIC));
    }
    return memory;
  }

  /// The last step that was made.
  int step() throws IOException {
    return counter().getInt(4);
  }

  WorkPattern pattern() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(WorkPattern.SIZE_BYTES);
    file.read(PATTERN_AT, bytes);
    return new WorkPattern(bytes.flip());
  }

  void store(int step, WorkPattern pattern) throws IOException {
    file.write(PATTERN_AT, pattern.bytes());
    ByteBuffer counter = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    file.write(COUNTER_AT, counter.putInt(MAGIC).putInt(step).flip());
  }

  void flush() throws IOException {
    file.flush();
  }

  private ByteBuffer counter() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    file.read(COUNTER_AT, bytes);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
