package io.landfall.transfer.userlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/// Appends to event logs.
///
/// Threads: any. Writers of this process wait for each other, those of other processes for the lock
/// on the file.
public final class UserLog {
  /// A lock of the operating system's belongs to the process: threads need one of their own.
  private static final Object WITHIN_THIS_PROCESS = new Object();

  private UserLog() {}

  /// Appends events of one job, in order, each with its end: all of them or, if the disk is full,
  /// none. They are durable when this returns.
  ///
  /// @param file is made if it does not exist
  public static void append(
      Path file, int cluster, int proc, Instant time, List<UserLogEvent> events)
      throws IOException {
    StringBuilder text = new StringBuilder();
    for (UserLogEvent event : events) {
      text.append(UserLogText.of(cluster, proc, time, ZoneId.systemDefault(), event));
    }
    ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    synchronized (WITHIN_THIS_PROCESS) {
      try (FileChannel log =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = log.lock()) {
        append(log, bytes);
      }
    }
  }

  /// Half an event would make all that follow unreadable.
  private static void append(FileChannel log, ByteBuffer bytes) throws IOException {
    long end = log.size();
    try {
      for (long at = end; bytes.hasRemaining(); ) {
        at += log.write(bytes, at);
      }
      log.force(false);
    } catch (IOException e) {
      log.truncate(end);
      throw e;
    }
  }
}
