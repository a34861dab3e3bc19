package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import io.landfall.snapshot.format.file.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text that describes a VMDK disk. Every line must be understood: one that is not may say
/// something about the disk that would be missed.
///
/// @param createType as written
/// @param cid changes when the disk is first written after it was opened
/// @param parentCid the `cid` that the parent had, or [#NO_PARENT]
/// @param parentName label of the parent; never opened
/// @param extents in the order in which they make up the disk
record Descriptor(
    String createType,
    long cid,
    long parentCid,
    Optional<String> parentName,
    List<ExtentLine> extents) {
  static final long NO_PARENT = 0xFFFF_FFFFL;
  static final String SIGNATURE = "# Disk DescriptorFile";
  static final int MAX_BYTES = (1 << 20) - 1;

  private static final int MAX_EXTENTS = 4096;
  private static final Pattern SETTING = Pattern.compile("([\\w.:]+)\\s*=\\s*(.*)");
  private static final Pattern EXTENT =
      Pattern.compile(
          "(RW|RDONLY|NOACCESS)\\s+(\\d{1,18})\\s+([A-Z]+)(?:\\s+\"([^\"]*)\"(?:\\s+(\\d{1,18}))?)?");
  private static final Set<String> KEYS =
      Set.of(
          "version",
          "encoding",
          "cid",
          "parentcid",
          "isnativesnapshot",
          "createtype",
          "parentfilenamehint");

  /// One extent.
  ///
  /// @param sectors of 512 bytes
  /// @param type what the file is
  /// @param file its name, which nobody has checked yet
  /// @param offset in sectors; 0 if none is given
  record ExtentLine(long sectors, String type, String file, long offset) {}

  boolean hasParent() {
    return parentCid != NO_PARENT || parentName.isPresent();
  }

  /// Sectors of all extents.
  long sectors() {
    return extents.stream().mapToLong(ExtentLine::sectors).sum();
  }

  static Descriptor parse(ImageFile file, byte[] bytes) throws IOException {
    return new Parser(file).parse(text(bytes));
  }

  /// Up to the first NUL: writers fill the last sector with them.
  private static String text(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private static final class Parser {
    private final ImageFile file;
    private final Map<String, String> settings = new HashMap<>();
    private final List<ExtentLine> extents = new ArrayList<>();
    private int line;

    Parser(ImageFile file) {
      this.file = file;
    }

    Descriptor parse(String text) throws IOException {
      if (!text.startsWith(SIGNATURE)) {
        throw file.refuse(
            Reason.WRONG_MAGIC, "the descriptor does not start with \"" + SIGNATURE + "\"");
      }
      for (String each : (Iterable<String>) text.lines()::iterator) {
        line++;
        parseLine(each.strip());
      }
      String version = required("version");
      if (!Set.of("1", "2", "3").contains(version)) {
        throw file.refuse(
            Reason.UNSUPPORTED,
            "descriptor version " + Labels.printable(version) + ", known are 1 to 3");
      }
      return new Descriptor(
          required("createtype"),
          hex("cid"),
          settings.containsKey("parentcid") ? hex("parentcid") : NO_PARENT,
          Optional.ofNullable(settings.get("parentfilenamehint")),
          List.copyOf(extents));
    }

    private void parseLine(String text) throws IOException {
      if (text.isEmpty() || text.startsWith("#")) {
        return;
      }
      Matcher extent = EXTENT.matcher(text);
      if (extent.matches()) {
        parseExtent(extent);
        return;
      }
      Matcher setting = SETTING.matcher(text);
      if (!setting.matches()) {
        throw notUnderstood(text);
      }
      String key = setting.group(1).toLowerCase(Locale.ROOT);
      if (key.equals("changetrackpath")) {
        throw file.refuse(
            Reason.NAMES_A_FILE,
            "line " + line + " names a change tracking file, which is never opened");
      }
      if (!key.startsWith("ddb.") && !KEYS.contains(key)) {
        throw notUnderstood(text);
      }
      if (settings.putIfAbsent(key, unquoted(setting.group(2))) != null
          && !key.startsWith("ddb.")) {
        throw file.refuse(Reason.INCONSISTENT, "line " + line + ": a second " + key);
      }
    }

    private IOException notUnderstood(String text) {
      return file.refuse(
          Reason.UNSUPPORTED,
          "descriptor line %d is not understood: %s".formatted(line, Labels.printable(text)));
    }

    private void parseExtent(Matcher extent) throws IOException {
      if (!extent.group(1).equals("RW") || extent.group(4) == null) {
        throw notUnderstood(extent.group());
      }
      if (extents.size() == MAX_EXTENTS) {
        throw file.refuse(Reason.OVER_LIMIT, "more than " + MAX_EXTENTS + " extents");
      }
      long sectors = Long.parseLong(extent.group(2));
      if (sectors == 0 || sectors > Long.MAX_VALUE / Sectors.BYTES / MAX_EXTENTS) {
        throw file.refuse(
            Reason.OVER_LIMIT, "line " + line + ": an extent of " + sectors + " sectors");
      }
      long offset = extent.group(5) == null ? 0 : Long.parseLong(extent.group(5));
      boolean flat = extent.group(3).equals("FLAT");
      if (flat != (extent.group(5) != null)) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "line " + line + ": a FLAT extent has an offset, another one has none");
      }
      extents.add(new ExtentLine(sectors, extent.group(3), extent.group(4), offset));
    }

    private static String unquoted(String value) {
      boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
      return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private String required(String key) throws IOException {
      String value = settings.get(key);
      if (value == null) {
        throw file.refuse(Reason.INCONSISTENT, "the descriptor has no " + key);
      }
      return value;
    }

    private long hex(String key) throws IOException {
      try {
        return Integer.toUnsignedLong(Integer.parseUnsignedInt(required(key), 16));
      } catch (NumberFormatException e) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "%s is %s, expected up to 8 hexadecimal digits"
                .formatted(key, Labels.printable(required(key))));
      }
    }
  }
}
