package io.landfall.transfer.cli;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.report.ImageName;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `landfall image serve`.
@Command(
    name = "serve",
    description = "Serves a disk over NBD, for QEMU, qemu-img, nbdcopy and the like.",
    footer = {"", "Example: landfall image serve guest.ova --socket /tmp/guest.sock --scratch"})
final class ImageServeCommand extends DiskCommand {
  @Parameters(paramLabel = "IMAGE", description = "The image.")
  private String image;

  @Option(
      names = "--base",
      paramLabel = "IMAGE",
      description = "What it lies over, the nearest first.")
  private List<String> bases = List.of();

  @Option(names = "--writable", description = "Let clients write to the image itself; raw only.")
  private boolean writable;

  @Mixin private ServeOptions options;

  @Override
  int run() throws IOException {
    ImageName named = image(image);
    if (writable && (named.format() != ImageFormat.RAW || !bases.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(), "only a raw image is written in place; use --scratch");
    }
    try (BlockDevice disk =
        writable ? RawFile.openWritable(named.path()) : named.open(images(bases))) {
      options.serve(disk, named.toString(), writable, out());
    }
    return DONE;
  }
}
