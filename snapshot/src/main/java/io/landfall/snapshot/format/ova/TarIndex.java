package io.landfall.snapshot.format.ova;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import io.landfall.snapshot.format.file.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;

/// Where the members of a tar archive lie. Only what an OVA needs: regular files with plain names,
/// each once; extended headers for a long name or a large size.
///
/// Not through a stream of Commons Compress: that would take a header of any length into memory,
/// and does not say where a member's bytes are.
final class TarIndex {
  private static final int BLOCK = 512;
  private static final int MAX_MEMBERS = 256;
  private static final int MAX_EXTENDED_BYTES = 64 * 1024;
  private static final Pattern PLAIN_NAME = Pattern.compile("[^/\\\\\\p{Cntrl}]{1,255}");

  /// One member.
  ///
  /// @param name plain
  /// @param offset of its first byte in the archive
  /// @param length bytes
  record Member(String name, long offset, long length) {}

  private final ImageFile file;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private Optional<String> longName = Optional.empty();
  private Optional<Long> largeSize = Optional.empty();

  private TarIndex(ImageFile file) {
    this.file = file;
  }

  /// The members by name, in the order in which they come.
  static Map<String, Member> read(ImageFile file) throws IOException {
    TarIndex index = new TarIndex(file);
    long at = 0;
    while (at < file.sizeBytes()) {
      ByteBuffer block = file.read(at, BLOCK, "tar header");
      byte[] header = new byte[BLOCK];
      block.get(header);
      if (isZero(header)) {
        break;
      }
      at = index.readMember(header, at + BLOCK);
    }
    return index.members;
  }

  private static boolean isZero(byte[] block) {
    for (byte each : block) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  /// Takes in one header.
  ///
  /// @return where the next header is
  private long readMember(byte[] header, long data) throws IOException {
    if (!TarUtils.verifyCheckSum(header)) {
      throw file.refuse(Reason.BAD_DATA, "the tar header at " + (data - BLOCK) + " is damaged");
    }
    TarArchiveEntry entry = parse(header, data);
    boolean extended =
        entry.isPaxHeader() || entry.isGlobalPaxHeader() || entry.isGNULongNameEntry();
    long length = extended ? entry.getSize() : largeSize.orElse(entry.getSize());
    file.requireInside(data, length, "tar member");
    if (extended) {
      readExtended(entry, data, length);
    } else {
      addMember(entry, data, length);
    }
    return data + Math.ceilDiv(length, BLOCK) * BLOCK;
  }

  private TarArchiveEntry parse(byte[] header, long data) throws IOException {
    try {
      return new TarArchiveEntry(header);
    } catch (IllegalArgumentException e) {
      throw file.refuse(
          Reason.BAD_DATA,
          "the tar header at %d is damaged: %s"
              .formatted(data - BLOCK, Labels.printable(String.valueOf(e.getMessage()))));
    }
  }

  private void addMember(TarArchiveEntry entry, long data, long length) throws IOException {
    String name = longName.orElse(entry.getName());
    longName = Optional.empty();
    largeSize = Optional.empty();
    boolean regular =
        entry.getLinkFlag() == TarConstants.LF_NORMAL
            || entry.getLinkFlag() == TarConstants.LF_OLDNORM;
    if (!regular || !PLAIN_NAME.matcher(name).matches()) {
      throw file.refuse(
          Reason.UNSUPPORTED,
          "has a member \"%s\", expected only regular files without a path"
              .formatted(Labels.printable(name)));
    }
    if (members.size() == MAX_MEMBERS) {
      throw file.refuse(Reason.OVER_LIMIT, "more than " + MAX_MEMBERS + " members");
    }
    if (members.put(name, new Member(name, data, length)) != null) {
      throw file.refuse(Reason.INCONSISTENT, "has two members \"" + Labels.printable(name) + "\"");
    }
  }

  private void readExtended(TarArchiveEntry entry, long data, long length) throws IOException {
    if (length > MAX_EXTENDED_BYTES) {
      throw file.refuse(
          Reason.OVER_LIMIT,
          "extended tar header of %d bytes, at most %d".formatted(length, MAX_EXTENDED_BYTES));
    }
    String text =
        StandardCharsets.UTF_8.decode(file.read(data, (int) length, "tar header")).toString();
    if (entry.isGNULongNameEntry()) {
      longName = Optional.of(text.replaceAll("\0.*", ""));
    } else if (entry.isPaxHeader()) {
      readPax(text);
    }
  }

  /// Lines of `LENGTH KEY=VALUE`. Only two keys matter here; the rest is times and owners.
  private void readPax(String text) throws IOException {
    for (String line : (Iterable<String>) text.lines()::iterator) {
      String setting = line.substring(line.indexOf(' ') + 1);
      if (setting.startsWith("path=")) {
        longName = Optional.of(setting.substring("path=".length()));
      } else if (setting.startsWith("size=")) {
        largeSize = Optional.of(size(setting.substring("size=".length())));
      } else if (setting.startsWith("GNU.sparse")) {
        throw file.refuse(Reason.UNSUPPORTED, "has a sparse tar member");
      }
    }
  }

  private long size(String digits) throws IOException {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw file.refuse(
          Reason.BAD_DATA,
          "a tar member of size " + Labels.printable(digits) + ", expected digits");
    }
  }
}
