package io.landfall.transfer.observe;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.TransferLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/// How transfers went, a JSON line each: `transfers.jsonl`, and `transfers.old.jsonl`, which it
/// replaces when it is full. Each line is on the disk before the next is written. A line that a
/// power cut tore is left out.
///
/// Any thread.
final class TransferLog {
  private static final System.Logger LOG = System.getLogger(TransferLog.class.getName());
  private static final int MAX_BYTES = 2 << 20;

  /// The last ones, kept in memory too.
  static final int RECENT = 500;

  private final Path file;
  private final Path old;
  private final Deque<TransferLine> recent = new ArrayDeque<>(); // guarded by this; newest first

  private TransferLog(Path directory) {
    this.file = directory.resolve("transfers.jsonl");
    this.old = directory.resolve("transfers.old.jsonl");
  }

  static TransferLog open(Path directory) throws IOException {
    Files.createDirectories(directory);
    TransferLog log = new TransferLog(directory);
    log.load(log.old);
    log.load(log.file);
    return log;
  }

  private synchronized void load(Path from) throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    try (Stream<String> lines = Files.lines(from)) {
      lines.forEach(text -> {
        try {
          remember(ControlJson.read(text, TransferLine.class));
        } catch (IOException e) {
          LOG.log(System.Logger.Level.WARNING, from + ": a line is no transfer", e);
        }
      });
    }
  }

  /// The next transfer's number.
  synchronized long nextId() {
    return recent.isEmpty() ? 1 : recent.stream().mapToLong(TransferLine::id).max().orElse(0) + 1;
  }

  /// Remembers a transfer that ended. One that cannot be written down is remembered until the agent
  /// stops.
  synchronized void add(TransferLine line) {
    remember(line);
    try {
      if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
        Files.move(file, old, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
      append((ControlJson.write(line) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, file + ": cannot write down a transfer", e);
    }
  }

  private void append(byte[] line) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = ByteBuffer.wrap(line);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(false);
    }
  }

  private void remember(TransferLine line) {
    recent.addFirst(line);
    if (recent.size() > RECENT) {
      recent.removeLast();
    }
  }

  /// The last ones, the newest first.
  synchronized List<TransferLine> recent(int count) {
    return new ArrayList<>(recent).subList(0, Math.min(count, recent.size()));
  }
}
