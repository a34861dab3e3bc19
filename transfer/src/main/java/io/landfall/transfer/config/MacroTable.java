package io.landfall.transfer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The names a description has given values to, without regard to case, and which of them were
/// used. A later value replaces an earlier one.
public final class MacroTable {
  /// More names than any real configuration has.
  static final int MAX_MACROS = 20_000;

  private final Map<String, Macro> macros = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  /// A name, its value before expansion, and whether the file's author wrote it.
  public static final class Macro {
    private final String name;
    private final SourceSpan value;
    private final boolean written;
    private boolean used;

    private Macro(String name, SourceSpan value, boolean written) {
      this.name = name;
      this.value = value;
      this.written = written;
    }

    /// The name as it was written.
    public String name() {
      return name;
    }

    /// The value before expansion.
    public SourceSpan value() {
      return value;
    }
  }

  /// Gives `name` a value that the file's author wrote; a use of the former value still counts.
  public void assign(String name, SourceSpan value) {
    Macro macro = new Macro(name, value, true);
    Macro former = put(macro);
    macro.used = former != null && former.used;
  }

  /// Gives `name` a value that the author did not write: automatic, or from outside.
  public void define(String name, SourceSpan value) {
    put(new Macro(name, value, false));
  }

  /// Gives `name` a value without a place of its own.
  public void define(String name, String value) {
    define(name, SourceSpan.computed(value, Location.outside("automatic")));
  }

  private Macro put(Macro macro) {
    if (macros.size() >= MAX_MACROS && !macros.containsKey(macro.name)) {
      return null;
    }
    // Remove first: a TreeMap keeps the former spelling of an equal key.
    Macro former = macros.remove(macro.name);
    macros.put(macro.name, macro);
    return former;
  }

  /// The value of a name; looking it up counts as using it.
  public Optional<SourceSpan> use(String name) {
    Macro macro = macros.get(name);
    if (macro == null) {
      return Optional.empty();
    }
    macro.used = true;
    return Optional.of(macro.value);
  }

  /// Whether a name has a value that is not empty; asking counts as using it.
  public boolean isDefined(String name) {
    return use(name).filter(v -> !v.isEmpty()).isPresent();
  }

  /// Forgets a name.
  public void remove(String name) {
    macros.remove(name);
  }

  /// What the author wrote and nothing ever asked for.
  public List<Macro> unused() {
    return macros.values().stream().filter(m -> m.written && !m.used).toList();
  }

  /// All names with their values, sorted without regard to case.
  public List<Macro> all() {
    return new ArrayList<>(macros.values());
  }

  /// Whether `name` may be the name of a macro or command.
  static boolean isName(String name) {
    return !name.isEmpty()
        && name.chars()
            .allMatch(c ->
                (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '_'
                    || c == '.'
                    || c == '/');
  }

  /// The form in which names compare.
  static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
