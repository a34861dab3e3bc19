package io.landfall.snapshot.format.report;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.format.ImageFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// An image as a person names it: `disk.img`, or `raw:disk.img` to say its format instead of having
/// it found out.
///
/// @param format what was said, or found out when it was named
public record ImageName(Path path, ImageFormat format) {

  /// Finds out the format, once, unless it is said.
  public static ImageName parse(String text) throws IOException {
    int colon = text.indexOf(':');
    Optional<ImageFormat> said =
        colon < 0 ? Optional.empty() : ImageFormat.named(text.substring(0, colon));
    Path path = Path.of(said.isPresent() ? text.substring(colon + 1) : text);
    return new ImageName(path, said.isPresent() ? said.get() : ImageFormat.probe(path));
  }

  /// Opens the disk: the image alone if there are no bases, or as a layer over them.
  ///
  /// @param bases what it lies over, the nearest first
  public BlockDevice open(List<ImageName> bases) throws IOException {
    if (bases.isEmpty()) {
      return format.open(path);
    }
    BlockDevice below = bases.getFirst().open(bases.subList(1, bases.size()));
    try {
      return LayeredDevice.over(format.openLayer(path), below);
    } catch (IOException e) {
      below.close();
      throw e;
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
