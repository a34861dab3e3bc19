package io.landfall.transfer.cli;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.format.report.ImageDiff;
import io.landfall.snapshot.format.report.Picture;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `landfall image diff`.
@Command(
    name = "diff",
    description = {
      "Shows where two disks differ, whatever formats they have, in blocks of 64 KiB.",
      "Exit code 0 if nowhere, 1 if somewhere."
    },
    footer = {"", "Example: landfall image diff --picture before.img after.qcow2"})
final class ImageDiffCommand extends DiskCommand {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "One disk.")
  private String before;

  @Parameters(index = "1", paramLabel = "IMAGE", description = "The other.")
  private String after;

  @Option(
      names = "--base",
      paramLabel = "IMAGE",
      description = "What the other lies over, the nearest first.")
  private List<String> bases = List.of();

  @Option(names = "--picture", description = "One character for each region of the disk.")
  private boolean picture;

  @Override
  int run() throws IOException {
    ImageDiff diff;
    try (BlockDevice one = image(before).open(List.of());
        BlockDevice other = image(after).open(images(bases))) {
      long size = Math.max(one.sizeBytes(), other.sizeBytes());
      diff = ImageDiff.between(one, other, progress("comparing", size));
    }
    if (json) {
      printJson(diff);
    } else {
      print(diff);
    }
    out().flush();
    return diff.sameSize() && diff.changed().isEmpty() ? DONE : FAILED;
  }

  private void print(ImageDiff diff) {
    if (picture) {
      Picture drawing = new Picture(diff.sizeBytes(), ImageMapCommand.PICTURE_CELLS);
      diff.changed().forEach(range -> drawing.draw(range.offset(), range.length(), '#'));
      drawing.lines(ImageMapCommand.PICTURE_WIDTH, '.').forEach(out()::println);
      out()
          .printf(
              "# differs   . equal   one character is %s%n", Units.bytes(drawing.regionBytes()));
    } else {
      for (Range range : diff.changed()) {
        out().printf("%14d %14d%n", range.offset(), range.length());
      }
    }
    out()
        .printf(
            "%s of %s differ%s%n",
            Units.bytes(diff.changedBytes()),
            Units.bytes(diff.sizeBytes()),
            diff.sameSize() ? "" : ", and so do the sizes");
  }
}
