package io.landfall.transfer.condor.gahp;

import io.landfall.snapshot.format.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Reads `VMPARAM_vm_Disk` as HTCondor's own gahp does: `file:device:permission[:format]`,
/// separated by commas, blanks dropped, empty fields skipped.
///
/// A file whose base name lies in the scratch directory was transferred; another must have a full
/// path, and the access that is asked for must be allowed.
final class GahpDisks {
  private static final int MAX_DISKS = 64;

  private GahpDisks() {}

  /// @param invalid the word for what cannot be read
  static List<GahpDisk> parse(String value, Path scratch, VmgahpError invalid)
      throws GahpException {
    List<String> entries = fields(value, ",");
    if (entries.isEmpty() || entries.size() > MAX_DISKS) {
      throw invalid.because("%d disks, expected 1 to %d".formatted(entries.size(), MAX_DISKS));
    }
    List<GahpDisk> disks = new ArrayList<>();
    for (String entry : entries) {
      disks.add(disk(entry, scratch, invalid));
    }
    return disks;
  }

  private static GahpDisk disk(String entry, Path scratch, VmgahpError invalid)
      throws GahpException {
    List<String> fields = fields(entry, ":");
    if (fields.size() < 3 || fields.size() > 4) {
      throw invalid.because(entry + ": expected file:device:permission[:format]");
    }
    Path file = find(fields.get(0), scratch, invalid);
    String permission = fields.get(2).toLowerCase(Locale.ROOT);
    boolean cdrom = file.getFileName().toString().toLowerCase(Locale.ROOT).contains(".iso");
    boolean writable = (permission.equals("w") || permission.equals("rw")) && !cdrom;
    if (writable ? !Files.isWritable(file) : !Files.isReadable(file)) {
      throw invalid.because(
          "%s: may not be %s here".formatted(file, writable ? "written" : "read"));
    }
    ImageFormat format = ImageFormat.RAW;
    if (fields.size() == 4) {
      format =
          ImageFormat.named(fields.get(3))
              .orElseThrow(() -> invalid.because(fields.get(3) + ": no format of images"));
    }
    checkReadable(file, format);
    return new GahpDisk(file, fields.get(1).toLowerCase(Locale.ROOT), writable, cdrom, format);
  }

  private static Path find(String name, Path scratch, VmgahpError invalid) throws GahpException {
    Path transferred = scratch.resolve(name.substring(name.lastIndexOf('/') + 1));
    if (Files.isRegularFile(transferred)) {
      return transferred;
    }
    if (name.startsWith("/") && Files.isRegularFile(Path.of(name))) {
      return Path.of(name);
    }
    throw invalid.because(name + ": neither transferred nor a file by its full path");
  }

  private static void checkReadable(Path file, ImageFormat format) throws GahpException {
    try (var content = format.open(file)) {
      if (content.sizeBytes() == 0) {
        throw VmgahpError.BAD_IMAGE.because(file + ": the image is empty");
      }
    } catch (IOException e) {
      throw VmgahpError.BAD_IMAGE.because(String.valueOf(e.getMessage()));
    }
  }

  private static List<String> fields(String text, String separator) {
    return Stream.of(text.split(separator, -1))
        .map(String::strip)
        .filter(f -> !f.isEmpty())
        .toList();
  }
}
