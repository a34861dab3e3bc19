package io.landfall.transfer.condor.plugin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// The file that tells HTCondor how each transfer went. HTCondor fills it with blanks beforehand,
/// and they are written over: never truncated, the file has room on a disk that has become full.
final class ResultFile implements AutoCloseable {
  static final long MAX_BYTES = 16 << 20;
  private static final int STEP = 1 << 16;

  private final FileChannel channel;
  private long at;

  private ResultFile(FileChannel channel) {
    this.channel = channel;
  }

  /// Opens it; what it says already is blanked out.
  static ResultFile open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      long size = channel.size();
      if (size > MAX_BYTES) {
        throw new IOException(file + " has " + size + " bytes; HTCondor makes it with 20 KiB");
      }
      blank(channel, size);
      return new ResultFile(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static void blank(FileChannel channel, long size) throws IOException {
    byte[] blanks = new byte[(int) Math.min(size, STEP)];
    Arrays.fill(blanks, (byte) ' ');
    for (long from = 0; from < size; from += blanks.length) {
      int length = (int) Math.min(blanks.length, size - from);
      write(channel, ByteBuffer.wrap(blanks, 0, length), from);
    }
  }

  /// Adds an ad, at once: whoever ends us finds what was done.
  void add(String ad) throws IOException {
    byte[] line = (ad + "\n").getBytes(StandardCharsets.UTF_8);
    write(channel, ByteBuffer.wrap(line), at);
    at += line.length;
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long from) throws IOException {
    long at = from;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
