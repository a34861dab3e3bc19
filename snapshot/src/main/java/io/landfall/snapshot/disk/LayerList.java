package io.landfall.snapshot.disk;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.NewFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The layers of a disk, the oldest first, as the file `layers` lists them. Replaced as a whole by
/// a rename, which is the moment at which a change of the stack happens.
///
/// ```
/// landfall-disk 1
/// size 1073741824
/// layer 1.overlay before-update
/// layer 2.overlay
/// ```
///
/// A layer with a name is frozen and is a point in time; one without is on its way to be merged, or
/// is the last and takes the writes.
///
/// @param sizeBytes of the disk
record LayerList(long sizeBytes, List<Entry> entries) {
  static final String FILE = "layers";
  static final int MAX_LAYERS = 64;

  private static final String HEADER = "landfall-disk 1";
  private static final long MAX_FILE_BYTES = 64 * 1024;
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";
  private static final Pattern SIZE = Pattern.compile("size (\\d{1,18})");
  private static final Pattern LAYER =
      Pattern.compile("layer (\\d{1,9})\\.overlay(?: (" + NAME + "))?");

  /// One layer.
  ///
  /// @param number of its file
  /// @param name of the point in time that it ends with
  record Entry(int number, Optional<String> name) {
    String file() {
      return number + ".overlay";
    }
  }

  LayerList {
    entries = List.copyOf(entries);
  }

  static void requireName(String name) {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "snapshot name \"" + name + "\", expected letters, digits, dots and dashes, at most 100");
    }
  }

  int nextNumber() {
    return entries.stream().mapToInt(Entry::number).max().orElse(0) + 1;
  }

  /// The place of a named layer, or -1.
  int indexOf(String name) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).name().equals(Optional.of(name))) {
        return i;
      }
    }
    return -1;
  }

  LayerList with(List<Entry> changed) {
    return new LayerList(sizeBytes, changed);
  }

  static LayerList read(Path dir) throws IOException {
    Path file = dir.resolve(FILE);
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw damaged(file, "longer than " + MAX_FILE_BYTES + " bytes");
    }
    List<String> lines = Files.readAllLines(file);
    Matcher size = SIZE.matcher(lines.size() > 1 ? lines.get(1) : "");
    if (!size.matches() || !lines.getFirst().equals(HEADER)) {
      throw damaged(file, "expected \"" + HEADER + "\" and a size");
    }
    List<Entry> entries = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    for (String line : lines.subList(2, lines.size())) {
      Matcher layer = LAYER.matcher(line);
      if (!layer.matches()) {
        throw damaged(file, "a line that is no layer");
      }
      Entry entry =
          new Entry(Integer.parseInt(layer.group(1)), Optional.ofNullable(layer.group(2)));
      if (!seen.add(entry.number()) || (entry.name().isPresent() && !seen.add(entry.name()))) {
        throw damaged(file, "lists a layer twice");
      }
      entries.add(entry);
    }
    if (entries.isEmpty() || entries.size() > MAX_LAYERS || entries.getLast().name().isPresent()) {
      throw damaged(file, "expected 1 to " + MAX_LAYERS + " layers, the last without a name");
    }
    return new LayerList(Long.parseLong(size.group(1)), entries);
  }

  private static IOException damaged(Path file, String why) {
    return new CorruptImageException(Reason.INCONSISTENT, file + ": is damaged: " + why);
  }

  void write(Path dir) throws IOException {
    StringBuilder text = new StringBuilder(HEADER + "\nsize " + sizeBytes + "\n");
    for (Entry entry : entries) {
      text.append("layer ").append(entry.file());
      entry.name().ifPresent(name -> text.append(' ').append(name));
      text.append('\n');
    }
    try (NewFile file = NewFile.at(dir.resolve(FILE))) {
      file.write(0, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
      file.commit();
    }
  }
}
