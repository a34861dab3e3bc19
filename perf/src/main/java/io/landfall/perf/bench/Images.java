package io.landfall.perf.bench;

import io.landfall.perf.image.Contents;
import io.landfall.perf.image.DiskImage;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.overlay.OverlayFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The files of a bench: an image, and its next version, once whole and once as the overlay that
/// its guest would have written.
///
/// @param directory they are in
/// @param first the image
/// @param next the version after it
/// @param overlay what changed, over `first`
/// @param tree a directory of small files
/// @param treeBytes of them together
/// @param changes where `next` differs from `first`
record Images(
    Path directory,
    Path first,
    Path next,
    Path overlay,
    Path tree,
    long treeBytes,
    List<Range> changes) {

  /// Makes the image alone.
  static Images one(Path directory, DiskImage image) throws IOException {
    Path first = directory.resolve("first.raw");
    image.write(first);
    return new Images(directory, first, first, first, directory, 0, List.of());
  }

  /// Makes them.
  static Images make(Path directory, Scale scale) throws IOException {
    DiskImage image = scale.image();
    List<Range> changes = image.changes(scale.changedShare(), Scale.CHANGE_SEED);
    Images images =
        new Images(
            directory,
            directory.resolve("first.raw"),
            directory.resolve("next.raw"),
            directory.resolve("next.overlay"),
            directory.resolve("tree"),
            scale.tree().write(directory.resolve("tree")),
            changes);
    image.write(images.first);
    try (RawFile first = RawFile.open(images.first)) {
      try (RawFile next = RawFile.create(images.next, image.sizeBytes())) {
        Contents.copy(first, next);
        DiskImage.apply(next, changes, Scale.CHANGE_SEED);
        next.flush();
      }
      try (OverlayFile overlay = OverlayFile.create(images.overlay, image.sizeBytes(), first)) {
        DiskImage.apply(overlay, changes, Scale.CHANGE_SEED);
        overlay.flush();
      }
    }
    return images;
  }

  long changedBytes() {
    return changes.stream().mapToLong(Range::length).sum();
  }
}
