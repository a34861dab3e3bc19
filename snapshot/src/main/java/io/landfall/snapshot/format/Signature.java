package io.landfall.snapshot.format;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The first bytes by which formats are known.
///
/// @param name as the user knows it
/// @param offset of the bytes in the file
/// @param bytes what must be there, one character for each
/// @param format what it is, or null if it is known but not supported
record Signature(String name, int offset, String bytes, ImageFormat format) {
  private static final int HEAD_BYTES = 512;

  private static final List<Signature> ALL =
      List.of(
          new Signature("qcow2", 0, "QFI\u00fb", ImageFormat.QCOW2),
          new Signature("VMDK", 0, "KDMV", ImageFormat.VMDK),
          new Signature("VMDK", 0, "# Disk DescriptorFile", ImageFormat.VMDK),
          new Signature("VMDK (ESX sparse)", 0, "COWD", null),
          new Signature("VHDX", 0, "vhdxfile", null),
          new Signature("VHD", 0, "conectix", null),
          new Signature("VDI", 64, "\u007f\u0010\u00da\u00be", null),
          new Signature("QED", 0, "QED\0", null),
          new Signature("Parallels", 0, "WithoutFreeSpace", null),
          new Signature("Parallels", 0, "WithouFreSpacExt", null),
          new Signature("OVA", 257, "ustar", ImageFormat.OVA),
          new Signature("raw disk with a boot sector", 510, "U\u00aa", ImageFormat.RAW));

  /// Which of them a file has, if it has only one.
  static ImageFormat probe(Path path) throws IOException {
    try (ImageFile file = ImageFile.open(path)) {
      byte[] bytes = new byte[HEAD_BYTES];
      file.readPadded(0, ByteBuffer.wrap(bytes));
      String head = new String(bytes, StandardCharsets.ISO_8859_1);
      List<Signature> found = new ArrayList<>();
      for (Signature signature : ALL) {
        if (signature.matches(head)) {
          found.add(signature);
        }
      }
      if (found.size() > 1) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "looks like %s and like %s; say which format it is"
                .formatted(found.get(0).name, found.get(1).name));
      }
      if (found.isEmpty()) {
        return ImageFormat.RAW;
      }
      if (found.getFirst().format == null) {
        throw file.refuse(
            Reason.UNSUPPORTED,
            "is %s, which is not supported; convert it to qcow2 or raw first"
                .formatted(found.getFirst().name));
      }
      return found.getFirst().format;
    }
  }

  private boolean matches(String head) {
    return head.startsWith(bytes, offset);
  }
}
