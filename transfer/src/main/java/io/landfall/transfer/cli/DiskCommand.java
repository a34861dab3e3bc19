package io.landfall.transfer.cli;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.format.report.ImageName;
import io.landfall.transfer.control.ControlJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What all image commands share: text or JSON, progress, and exit codes.
@Command(mixinStandardHelpOptions = true)
abstract class DiskCommand implements Callable<Integer> {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int DAMAGE = 3;
  static final int NOT_FOUND = 4;

  @Spec CommandSpec spec;

  @Option(names = "--json", description = "Print JSON for programs.")
  boolean json;

  /// Does the command's work; exceptions become exit codes.
  abstract int run() throws IOException;

  @Override
  public final Integer call() {
    try {
      return run();
    } catch (NoSuchFileException e) {
      return fail(NOT_FOUND, e.getFile() + ": no such file");
    } catch (CorruptImageException e) {
      return fail(DAMAGE, e.getMessage());
    } catch (IOException e) {
      return fail(FAILED, e.getMessage());
    }
  }

  private int fail(int code, String message) {
    spec.commandLine().getErr().println("landfall: " + message);
    return code;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final void printJson(Object report) {
    out().println(ControlJson.write(report));
    out().flush();
  }

  static ImageName image(String text) throws IOException {
    Path path = Path.of(text);
    if (text.indexOf(':') < 0 && Files.notExists(path)) {
      throw new NoSuchFileException(text);
    }
    return ImageName.parse(text);
  }

  static List<ImageName> images(List<String> texts) throws IOException {
    List<ImageName> images = new ArrayList<>();
    for (String text : texts) {
      images.add(image(text));
    }
    return images;
  }

  /// A line about how far `what` is, for whoever looks on.
  final LongConsumer progress(String what, long totalBytes) {
    if (json || !Terminal.isInteractive()) {
      return done -> {};
    }
    ProgressLine line = new ProgressLine(spec.commandLine().getErr(), true);
    return done -> {
      line.update(what, done, totalBytes, Instant.now());
      if (done >= totalBytes) {
        line.end();
      }
      spec.commandLine().getErr().flush();
    };
  }
}
