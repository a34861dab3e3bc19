package io.landfall.transfer.cli;

import io.landfall.snapshot.format.report.ImageCheck;
import io.landfall.snapshot.format.report.ImageName;
import java.io.IOException;
import java.nio.file.Files;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `landfall image check`.
@Command(
    name = "check",
    description = "Checks all tables of an image and reads all it holds; exit code 3 if damaged.",
    footer = {"", "Example: landfall image check guest.vmdk"})
final class ImageCheckCommand extends DiskCommand {
  @Parameters(paramLabel = "IMAGE", description = "The image; as one layer.")
  private String image;

  @Override
  int run() throws IOException {
    ImageName name = image(image);
    ImageCheck found = ImageCheck.run(name, progress("checking", Files.size(name.path())));
    if (json) {
      printJson(found);
    } else {
      String digests =
          found.digests() == 0 ? "" : ", " + found.digests() + " digests of its manifest agree";
      out()
          .printf(
              "%s: sound; a disk of %s, %s of data read%s%n",
              name, Units.bytes(found.sizeBytes()), Units.bytes(found.dataBytes()), digests);
      out().flush();
    }
    return DONE;
  }
}
