package io.landfall.transfer.lifecycle.vmware;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A `.vmx`: lines of `key = "value"`, in any order. Keys are compared without case; comments are
/// not kept. One thread.
public final class VmxFile {
  /// The longest that is read.
  public static final int MAX_BYTES = 256 << 10;

  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9_.:-]{1,200})\\s*=\\s*\"([^\"]*)\"\\s*");

  private final Map<String, String> values;

  private VmxFile(Map<String, String> values) {
    this.values = values;
  }

  static VmxFile empty() {
    return new VmxFile(new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
  }

  /// Reads the text of a `.vmx`.
  ///
  /// @param name the file's, for messages
  /// @throws IOException naming the line that is none of a `.vmx`
  public static VmxFile parse(String name, String text) throws IOException {
    if (text.length() > MAX_BYTES) {
      throw new IOException(
          "%s: %d characters, expected at most %d".formatted(name, text.length(), MAX_BYTES));
    }
    VmxFile vmx = empty();
    int number = 0;
    for (String line : text.lines().map(String::strip).toList()) {
      number++;
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new IOException("%s:%d: expected key = \"value\"".formatted(name, number));
      }
      vmx.values.put(matcher.group(1), matcher.group(2));
    }
    return vmx;
  }

  Optional<String> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /// Whether a key is there and says yes.
  boolean says(String key) {
    return get(key).filter(value -> value.equalsIgnoreCase("TRUE")).isPresent();
  }

  /// The keys, sorted.
  List<String> keys() {
    return new ArrayList<>(values.keySet());
  }

  VmxFile set(String key, Object value) {
    String text = value.toString();
    if (text.chars().anyMatch(c -> c < ' ' || c == '"')) {
      throw new IllegalArgumentException("%s: a value without quotes, not %s".formatted(key, text));
    }
    values.put(key, text);
    return this;
  }

  void remove(String key) {
    values.remove(key);
  }

  /// Names other files for the disks.
  ///
  /// @param names by device, as [VmwareDisk#device]
  public VmxFile withDisks(Map<String, String> names) {
    VmxFile changed = empty();
    changed.values.putAll(values);
    names.forEach((device, name) -> changed.set(VmwareDisk.slotOf(device) + ".fileName", name));
    return changed;
  }

  /// As a file.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (key, value) -> text.append(String.format(Locale.ROOT, "%s = \"%s\"%n", key, value)));
    return text.toString();
  }
}
