package io.landfall.transfer.lifecycle.qemu;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// What the driver keeps in a VM's directory besides `state.json`, memory and console.
final class QemuFiles {
  private static final int TAIL_BYTES = 600;

  private QemuFiles() {}

  /// What QEMU writes to its standard error.
  static Path log(Path workDir) {
    return workDir.resolve("qemu.log");
  }

  /// All that the monitor ever said.
  static Path monitorLog(Path workDir) {
    return workDir.resolve("qmp.log");
  }

  /// What the machine is made of, for whoever adopts it.
  static Path machine(Path workDir) {
    return workDir.resolve("machine.json");
  }

  /// The end of QEMU's log, for a message: why it gave up is there and nowhere else.
  static String lastWords(Path workDir) {
    try (RandomAccessFile log = new RandomAccessFile(log(workDir).toFile(), "r")) {
      int length = (int) Math.min(TAIL_BYTES, log.length());
      byte[] tail = new byte[length];
      log.seek(log.length() - length);
      log.readFully(tail);
      return new String(tail, StandardCharsets.UTF_8).strip().replaceAll("\\s*\\n\\s*", " | ");
    } catch (IOException e) {
      return "it left no log";
    }
  }

  /// A small file's text, or an empty one.
  static String text(Path file, int maxBytes) throws IOException {
    try {
      long size = Files.size(file);
      if (size > maxBytes) {
        throw new IOException("%s: %d bytes, expected at most %d".formatted(file, size, maxBytes));
      }
      return Files.readString(file);
    } catch (NoSuchFileException none) {
      return "";
    }
  }
}
