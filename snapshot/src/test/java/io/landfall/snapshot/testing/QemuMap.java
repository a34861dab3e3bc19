package io.landfall.snapshot.testing;

import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.device.ExtentCollector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `qemu-img map` says of a single layer, in our words.
public final class QemuMap {
  private static final Pattern LINE =
      Pattern.compile(
          "\"start\": (\\d+), \"length\": (\\d+), \"depth\": \\d+, \"present\": (true|false), "
              + "\"zero\": (true|false), \"data\": (true|false)");

  private QemuMap() {}

  /// The extents of the top layer of `image`.
  public static List<Extent> of(Tool qemuImg, String format, Path image) throws IOException {
    String json = qemuImg.succeed("map", "--output=json", "-f", format, image);
    ExtentCollector extents =
        new ExtentCollector(0, Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
    Matcher line = LINE.matcher(json);
    while (line.find()) {
      boolean present = Boolean.parseBoolean(line.group(3));
      boolean zero = Boolean.parseBoolean(line.group(4));
      Kind kind = !present ? Kind.HOLE : zero ? Kind.ZERO : Kind.DATA;
      extents.add(kind, Long.parseLong(line.group(2)));
    }
    return extents.toList();
  }
}
