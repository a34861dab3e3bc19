package io.landfall.transfer.landing;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Which ranges of a part file are durable, and of what content: the only thing that is believed
/// about a part file after a crash.
///
/// Shape: records, appended, each u8 kind, u32 payload length, payload, u32 CRC32C of all before;
/// big-endian. The first is a HEADER, text that names the [content][ContentKey]; then DURABLE and
/// REVOKED, each a list of u64 offset, u64 length. What follows a record that is torn does not
/// count. A DURABLE record is appended after the data was synced, so it may get lost but is never
/// wrong; therefore the journal itself is not synced.
///
/// Holding it open holds a lock that keeps a second landing of the same target out. One thread at a
/// time.
final class Journal implements AutoCloseable {
  private static final byte HEADER = 'H';
  private static final byte DURABLE = 'D';
  private static final byte REVOKED = 'R';

  private static final int FRAME_BYTES = 1 + Integer.BYTES + Integer.BYTES;
  private static final int RANGE_BYTES = 2 * Long.BYTES;
  private static final int MAX_RANGES = 4096;
  private static final long MAX_BYTES = 256 << 20;

  private final Path path;
  private final FileChannel channel;

  private Journal(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// Opens or creates a journal and locks it.
  ///
  /// @throws LandingException `BUSY` if another landing holds it
  static Journal open(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    try {
      if (!lock(channel)) {
        throw new LandingException(
            ErrorCode.BUSY, "another landing holds " + path + "; wait for it or stop it");
      }
      return new Journal(path, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(); // released when the channel closes
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held in this process
    }
  }

  /// What an earlier landing left, or empty sets if it was of other content or left nothing. Cuts
  /// off a torn end, so that what is appended next is found.
  RangeSet durable(ContentKey key) throws IOException {
    long size = channel.size();
    if (size > MAX_BYTES) {
      throw new IOException(
          path + ": " + size + " bytes, expected at most " + MAX_BYTES + "; remove it");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    readFully(bytes);
    bytes.flip();
    RangeSet durable = new RangeSet();
    boolean first = true;
    while (intact(bytes)) {
      byte kind = bytes.get();
      int length = bytes.getInt();
      ByteBuffer payload = bytes.slice(bytes.position(), length);
      if (first && !(kind == HEADER && key.mayContinue(text(payload)))) {
        channel.truncate(0);
        return new RangeSet();
      }
      first = false;
      apply(kind, payload, durable);
      bytes.position(bytes.position() + length + Integer.BYTES);
    }
    channel.truncate(bytes.position());
    return durable;
  }

  private void readFully(ByteBuffer bytes) throws IOException {
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = channel.read(bytes, bytes.position());
    }
  }

  /// Whether a whole record lies at the position.
  private static boolean intact(ByteBuffer bytes) {
    if (bytes.remaining() < FRAME_BYTES) {
      return false;
    }
    int start = bytes.position();
    int length = bytes.getInt(start + 1);
    if (length < 0 || length > bytes.remaining() - FRAME_BYTES) {
      return false;
    }
    int body = 1 + Integer.BYTES + length;
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(start, body));
    return (int) crc.getValue() == bytes.getInt(start + body);
  }

  private static String text(ByteBuffer payload) {
    return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
  }

  private static void apply(byte kind, ByteBuffer payload, RangeSet durable) {
    while (kind != HEADER && payload.remaining() >= RANGE_BYTES) {
      Range range = new Range(payload.getLong(), payload.getLong());
      if (kind == DURABLE) {
        durable.add(range);
      } else {
        durable.remove(range);
      }
    }
  }

  /// Starts a journal anew, for content that is named by `key`.
  void begin(ContentKey key) throws IOException {
    channel.truncate(0);
    append(HEADER, ByteBuffer.wrap(key.text().getBytes(StandardCharsets.UTF_8)));
    channel.force(true);
  }

  /// Notes ranges whose data has been synced.
  void durable(List<Range> ranges) throws IOException {
    appendRanges(DURABLE, ranges);
  }

  /// Takes ranges back that turned out to be wrong.
  void revoked(List<Range> ranges) throws IOException {
    appendRanges(REVOKED, ranges);
    channel.force(false); // unlike a DURABLE, this must not get lost
  }

  private void appendRanges(byte kind, List<Range> ranges) throws IOException {
    for (int from = 0; from < ranges.size(); from += MAX_RANGES) {
      List<Range> part =
          new ArrayList<>(ranges.subList(from, Math.min(ranges.size(), from + MAX_RANGES)));
      ByteBuffer payload = ByteBuffer.allocate(part.size() * RANGE_BYTES);
      part.forEach(range -> payload.putLong(range.offset()).putLong(range.length()));
      append(kind, payload.flip());
    }
  }

  private void append(byte kind, ByteBuffer payload) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(FRAME_BYTES + payload.remaining());
    record.put(kind).putInt(payload.remaining()).put(payload);
    CRC32C crc = new CRC32C();
    crc.update(record.duplicate().flip());
    record.putInt((int) crc.getValue()).flip();
    long at = channel.size();
    while (record.hasRemaining()) {
      at += channel.write(record, at);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
