package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.lifecycle.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// What a guest says on its serial port, awaited.
final class Console {
  private final Path file;

  private Console(Path file) {
    this.file = file;
  }

  static Console of(VmSpec spec) {
    return new Console(spec.consoleFile());
  }

  /// Waits until a line begins with these words. Nothing but reading tells of a line in a file.
  void await(String words) throws IOException, InterruptedException {
    Pattern line = Pattern.compile("^" + Pattern.quote(words) + "\\b", Pattern.MULTILINE);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!line.matcher(text()).find()) {
      assertThat(System.nanoTime()).as(words + " in " + text()).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  String text() throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
