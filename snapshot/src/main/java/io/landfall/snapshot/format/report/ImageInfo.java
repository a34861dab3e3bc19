package io.landfall.snapshot.format.report;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent.Kind;
import io.landfall.snapshot.format.ova.OvaArchive;
import io.landfall.snapshot.format.qcow2.Bitmap;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What an image is.
///
/// @param format in lower case
/// @param sizeBytes of the disk as the guest sees it
/// @param fileBytes length of the file
/// @param dataBytes of the disk that the image holds data for
/// @param zeroBytes of the disk that the image says are zero
/// @param base the name of a base that the image has; a label, nothing opens it
/// @param bitmaps dirty bitmaps it carries
/// @param snapshots names of internal snapshots, which are not read
/// @param details of the format: name and value, for people and programs
public record ImageInfo(
    String file,
    String format,
    long sizeBytes,
    long fileBytes,
    long dataBytes,
    long zeroBytes,
    Optional<String> base,
    List<Bitmap> bitmaps,
    List<String> snapshots,
    Map<String, String> details) {

  public ImageInfo {
    bitmaps = List.copyOf(bitmaps);
    snapshots = List.copyOf(snapshots);
    details = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  /// Reads it; opening checks the whole mapping.
  public static ImageInfo read(ImageName image) throws IOException {
    try (BlockDevice layer = image.format().openLayer(image.path())) {
      DiskMap map = DiskMap.of(layer);
      Map<String, String> details = new LinkedHashMap<>();
      Optional<String> base = Optional.empty();
      List<Bitmap> bitmaps = List.of();
      List<String> snapshots = List.of();
      switch (layer) {
        case Qcow2Image qcow2 -> {
          details.put("version", Integer.toString(qcow2.version()));
          details.put("cluster bytes", Integer.toString(qcow2.clusterBytes()));
          details.put("dirty", Boolean.toString(qcow2.dirty()));
          base = qcow2.backingName();
          bitmaps = qcow2.bitmaps();
          snapshots = qcow2.snapshots();
        }
        case VmdkImage vmdk -> {
          details.put("create type", vmdk.createType());
          base = vmdk.parentName();
        }
        default -> {}
      }
      if (image.format() == io.landfall.snapshot.format.ImageFormat.OVA) {
        try (OvaArchive archive = OvaArchive.open(image.path())) {
          details.put("disks", String.join(", ", archive.disks()));
        }
      }
      return new ImageInfo(
          image.path().toString(),
          image.format().name().toLowerCase(Locale.ROOT),
          layer.sizeBytes(),
          Files.size(image.path()),
          map.bytes(Kind.DATA),
          map.bytes(Kind.ZERO),
          base,
          bitmaps,
          snapshots,
          details);
    }
  }
}
