package io.landfall.transfer.cli;

import io.landfall.snapshot.format.report.ImageInfo;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `landfall image info`.
@Command(
    name = "info",
    description = "Shows what an image is: format, size, data, base, bitmaps.",
    footer = {"", "Example: landfall image info guest.qcow2"})
final class ImageInfoCommand extends DiskCommand {
  @Parameters(paramLabel = "IMAGE", description = "The image.")
  private String image;

  @Override
  int run() throws IOException {
    ImageInfo info = ImageInfo.read(image(image));
    if (json) {
      printJson(info);
      return DONE;
    }
    line("file", info.file());
    line("format", info.format());
    line("disk", bytes(info.sizeBytes()));
    line("file size", bytes(info.fileBytes()));
    line("data", bytes(info.dataBytes()));
    line("zero", bytes(info.zeroBytes()));
    info.base().ifPresent(base -> line("base", base + " (a name; nothing opens it)"));
    info.details().forEach(this::line);
    for (var bitmap : info.bitmaps()) {
      String state = bitmap.inUse() ? ", in use: its writer died" : bitmap.auto() ? ", auto" : "";
      line("bitmap", bitmap.name() + ", a bit for " + bytes(bitmap.granularityBytes()) + state);
    }
    info.snapshots().forEach(name -> line("snapshot", name + " (internal; not read)"));
    out().flush();
    return DONE;
  }

  private void line(String name, String value) {
    out().printf("%-14s %s%n", name, value);
  }

  private static String bytes(long bytes) {
    return bytes < 1024 ? bytes + " B" : Units.bytes(bytes) + " (" + bytes + ")";
  }
}
