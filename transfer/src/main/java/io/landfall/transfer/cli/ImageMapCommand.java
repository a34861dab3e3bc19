package io.landfall.transfer.cli;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.format.report.DiskMap;
import io.landfall.snapshot.format.report.ImageName;
import io.landfall.snapshot.format.report.Picture;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `landfall image map`.
@Command(
    name = "map",
    description = "Shows what lies where on a disk: data, zero, or a hole that shows the base.",
    footer = {"", "Example: landfall image map --picture overlay.qcow2 --base raw:base.img"})
final class ImageMapCommand extends DiskCommand {
  static final int PICTURE_WIDTH = 64;
  static final int PICTURE_CELLS = 16 * PICTURE_WIDTH;

  @Parameters(paramLabel = "IMAGE", description = "The image; alone, as one layer.")
  private String image;

  @Option(
      names = "--base",
      paramLabel = "IMAGE",
      description = "What it lies over, the nearest first; the map is then that of the whole disk.")
  private List<String> bases = List.of();

  @Option(names = "--picture", description = "One character for each region of the disk.")
  private boolean picture;

  @Override
  int run() throws IOException {
    ImageName name = image(image);
    List<ImageName> below = images(bases);
    DiskMap map;
    try (BlockDevice device =
        below.isEmpty() ? name.format().openLayer(name.path()) : name.open(below)) {
      map = DiskMap.of(device);
    }
    if (json) {
      printJson(map);
    } else if (picture) {
      draw(map);
    } else {
      for (Extent extent : map.extents()) {
        out()
            .printf(
                "%14d %14d  %s%n",
                extent.offset(), extent.length(), extent.kind().name().toLowerCase(Locale.ROOT));
      }
    }
    out().flush();
    return DONE;
  }

  private void draw(DiskMap map) {
    Picture drawing = new Picture(map.sizeBytes(), PICTURE_CELLS);
    for (Extent extent : map.extents()) {
      drawing.draw(extent.offset(), extent.length(), character(extent.kind()));
    }
    drawing.lines(PICTURE_WIDTH, ' ').forEach(out()::println);
    out()
        .printf(
            "# data %s   . zero %s   - hole %s   + mixed   one character is %s%n",
            Units.bytes(map.bytes(Kind.DATA)),
            Units.bytes(map.bytes(Kind.ZERO)),
            Units.bytes(map.bytes(Kind.HOLE)),
            Units.bytes(drawing.regionBytes()));
  }

  private static char character(Kind kind) {
    return switch (kind) {
      case DATA -> '#';
      case ZERO -> '.';
      case HOLE -> '-';
    };
  }
}
