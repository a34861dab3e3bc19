package io.landfall.transfer.cli;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.report.Conversion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `landfall image convert`.
@Command(
    name = "convert",
    description = "Writes the same disk in another format. The new file is complete or absent.",
    footer = {"", "Example: landfall image convert guest.ova guest.qcow2"})
final class ImageConvertCommand extends DiskCommand {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "What to read.")
  private String source;

  @Parameters(index = "1", paramLabel = "FILE", description = "What to write.")
  private Path target;

  @Option(
      names = "--base",
      paramLabel = "IMAGE",
      description = "What the image lies over, the nearest first.")
  private List<String> bases = List.of();

  @Option(
      names = "--to",
      paramLabel = "FORM",
      description =
          "raw, qcow2, qcow2-deflate, qcow2-zstd, vmdk-stream, vmdk-sparse or ova. Default: what"
              + " the name of FILE ends with.")
  private String form;

  @Option(names = "--force", description = "Replace FILE if it is there.")
  private boolean force;

  /// What was done, for programs.
  record Report(String file, String form, long sizeBytes, long fileBytes, double seconds) {}

  @Override
  int run() throws IOException {
    Conversion conversion = conversion();
    if (Files.exists(target) && !force) {
      throw new IOException(target + ": is there already; --force replaces it");
    }
    long start = System.nanoTime();
    long size;
    try (BlockDevice disk = image(source).open(images(bases))) {
      size = disk.sizeBytes();
      conversion.write(disk, target, progress(target.getFileName().toString(), size));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    long fileBytes = Files.size(target);
    if (json) {
      printJson(
          new Report(
              target.toString(), conversion.toString(), size, fileBytes, took.toMillis() / 1e3));
    } else {
      out()
          .printf(
              "%s: a disk of %s as %s, %s, %s%n",
              target, Units.bytes(size), conversion, Units.bytes(fileBytes), Units.time(took));
      out().flush();
    }
    return DONE;
  }

  private Conversion conversion() {
    return (form == null ? Conversion.byExtension(target) : Conversion.named(form))
        .orElseThrow(() ->
            new ParameterException(
                spec.commandLine(), "which form? --to takes " + Conversion.words()));
  }
}
