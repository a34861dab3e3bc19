package io.landfall.transfer.doctor;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/// A directory to try a file system in; gone when closed.
final class Scratch implements AutoCloseable {
  private static final int BLOCK = 1 << 20;
  private static final int SMALL = 4096;
  private static final int MAX_BLOCKS = 64;
  private static final long PATIENCE_NANOS = 1_500_000_000L;
  private static final double SLOW_BYTES_PER_NANO = 0.1; // 100 MB/s
  private static final long SLOW_SYNC_NANOS = 50_000_000;
  private static final int SYNCS = 5;

  private final Path directory;

  /// How fast it is.
  ///
  /// @param bytes written, and read
  /// @param syncNanos the median fsync of a small write
  record Speed(long bytes, long writeNanos, long readNanos, long syncNanos) {
    boolean slow() {
      return bytes < SLOW_BYTES_PER_NANO * writeNanos || syncNanos > SLOW_SYNC_NANOS;
    }
  }

  private Scratch(Path directory) {
    this.directory = directory;
  }

  static Scratch in(Path parent) throws IOException {
    return new Scratch(Files.createTempDirectory(parent, ".landfall-doctor-"));
  }

  boolean clones() throws IOException {
    Path source = Files.write(directory.resolve("source"), new byte[BLOCK]);
    return Linux.clones(source, Files.createFile(directory.resolve("clone")));
  }

  /// Whether what was never written, and what was given back, are holes.
  boolean knowsHoles() throws IOException {
    Path file = directory.resolve("sparse");
    try (RawFile raw = RawFile.create(file, 3L * BLOCK)) {
      raw.write(BLOCK, noise(2 * BLOCK));
      raw.flush();
      raw.zero(2L * BLOCK, BLOCK);
      raw.flush();
      return raw.extents(0, BLOCK, 1).getFirst().kind() == Extent.Kind.HOLE
          && raw.extents(BLOCK, BLOCK, 1).getFirst().kind() == Extent.Kind.DATA
          && raw.extents(2L * BLOCK, BLOCK, 1).getFirst().kind() == Extent.Kind.HOLE;
    }
  }

  /// Writes and reads a file of at most 64 MiB, less on a slow disk.
  Speed speed() throws IOException {
    Path file = directory.resolve("speed");
    long start = System.nanoTime();
    long bytes = 0;
    ByteBuffer block = noise(BLOCK);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (bytes < (long) MAX_BLOCKS * BLOCK && System.nanoTime() - start < PATIENCE_NANOS) {
        block.clear();
        while (block.hasRemaining()) {
          bytes += out.write(block);
        }
        if (bytes % (8 * BLOCK) == 0) {
          out.force(false);
        }
      }
      out.force(true);
    }
    long written = System.nanoTime() - start;
    return new Speed(bytes, written, read(file), sync());
  }

  /// From the disk: what the kernel has in memory is forgotten before.
  private static long read(Path file) throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    try (RawFile raw = RawFile.open(file)) {
      raw.forget(0, raw.sizeBytes());
      long start = System.nanoTime();
      for (long at = 0; at < raw.sizeBytes(); at += BLOCK) {
        raw.read(at, block.clear());
      }
      return System.nanoTime() - start;
    }
  }

  private long sync() throws IOException {
    long[] nanos = new long[SYNCS];
    try (FileChannel out =
        FileChannel.open(
            directory.resolve("sync"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < SYNCS; i++) {
        long start = System.nanoTime();
        ByteBuffer small = noise(SMALL);
        while (small.hasRemaining()) {
          out.write(small);
        }
        out.force(true);
        nanos[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(nanos);
    return nanos[SYNCS / 2];
  }

  /// Content that no file system compresses.
  private static ByteBuffer noise(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return ByteBuffer.allocateDirect(bytes).put(content).flip();
  }

  @Override
  public void close() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
