package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.transfer.client.RemoteImage;
import java.util.HashMap;
import java.util.Map;

/// What content a part file holds, as far as it was known when it was begun: enough to say whether
/// a later landing may go on with it.
///
/// @param sizeBytes of the image
/// @param export the name it was served under
/// @param imageId of the content, or empty
/// @param stamp of the source, or empty
record ContentKey(long sizeBytes, String export, String imageId, String stamp) {
  private static final String FIRST_LINE = "landfall journal 1";

  static ContentKey of(RemoteImage source) {
    return new ContentKey(
        source.sizeBytes(),
        source.name(),
        source.imageId().map(Object::toString).orElse(""),
        source.stamp());
  }

  /// Of an image that is known by its id alone.
  static ContentKey of(Manifest image) {
    return new ContentKey(image.sizeBytes(), "", image.imageId().toString(), "");
  }

  /// As the header of a journal says it.
  String text() {
    return FIRST_LINE
        + "\nsize "
        + sizeBytes
        + "\nexport "
        + line(export)
        + "\nimage "
        + imageId
        + "\nstamp "
        + line(stamp)
        + '\n';
  }

  private static String line(String text) {
    return text.replace('\n', ' ');
  }

  /// Whether a part that was begun under the key with that text is of the same content as this: the
  /// same image id where both know it; else the same size, name and stamp, if there is a stamp.
  boolean mayContinue(String header) {
    if (!header.startsWith(FIRST_LINE + '\n')) {
      return false;
    }
    Map<String, String> fields = new HashMap<>();
    for (String line : header.split("\n", -1)) {
      int space = line.indexOf(' ');
      if (space > 0) {
        fields.put(line.substring(0, space), line.substring(space + 1));
      }
    }
    if (!Long.toString(sizeBytes).equals(fields.get("size"))) {
      return false;
    }
    String theirs = fields.getOrDefault("image", "");
    if (!imageId.isEmpty() && !theirs.isEmpty()) {
      return imageId.equals(theirs);
    }
    return !stamp.isEmpty()
        && line(stamp).equals(fields.get("stamp"))
        && line(export).equals(fields.get("export"));
  }
}
