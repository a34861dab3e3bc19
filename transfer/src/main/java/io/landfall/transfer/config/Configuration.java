package io.landfall.transfer.config;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A daemon's settings in HTCondor's configuration language, each with the place it came from.
///
/// Order, later wins: defaults, the file, the files of `LOCAL_CONFIG_DIR` by name, those of
/// `LOCAL_CONFIG_FILE`, `_CONDOR_NAME` and `_LANDFALL_NAME` of the environment, the command line.
/// Macros are replaced when a value is asked for. The typed getters refuse a bad value with its
/// file and line. Threads: one.
public final class Configuration {
  private static final int MAX_LOCAL_FILES = 256;
  private static final Pattern BYTES =
      Pattern.compile(
          "(\\d{1,15}(?:\\.\\d{1,6})?)\\s*(?:([KMGTP])(?:i?B)?|B)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern DURATION =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)\\s*(ms|s|m|h|d)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern IGNORED = Pattern.compile("^[.#].*|.*(~|\\.rpm(save|new|orig))$");

  private final MacroTable macros = new MacroTable();
  private final Problems problems = new Problems();
  private final Expander expander;
  private final FileLookup files;

  /// A name, its value with macros replaced, and where that was set.
  public record Setting(String name, String value, Location where) {}

  private Configuration(ConfigurationSources sources) {
    this.files = sources.files();
    this.expander =
        new Expander(
            macros,
            new MacroEnvironment(
                sources.environment(), Path.of("").toAbsolutePath(), System.nanoTime()),
            problems);
  }

  /// Reads everything.
  ///
  /// @throws InvalidConfigurationException if a file cannot be read or understood
  public static Configuration load(ConfigurationSources sources)
      throws InvalidConfigurationException {
    Configuration configuration = new Configuration(sources);
    configuration.define(sources.defaults(), "default");
    if (sources.file().isPresent()) {
      configuration.read(sources.file().get());
    }
    configuration.environment("_CONDOR_", sources.environment());
    configuration.environment("_LANDFALL_", sources.environment());
    configuration.define(sources.settings(), "command line");
    configuration.refuseErrors();
    return configuration;
  }

  private void read(Path file) {
    DescriptionReader reader =
        new DescriptionReader(macros, expander, files, problems, (s, rest, included) -> false);
    reader.read(file);
    for (Path local : localFiles("LOCAL_CONFIG_DIR", true)) {
      reader.read(local);
    }
    for (Path local : localFiles("LOCAL_CONFIG_FILE", false)) {
      reader.read(local);
    }
  }

  private List<Path> localFiles(String name, boolean directories) {
    List<Path> found = new ArrayList<>();
    Optional<SourceSpan> value = macros.use(name).map(expander::expand);
    for (SourceSpan token : value.map(v -> v.tokens(Configuration::separates)).orElse(List.of())) {
      try {
        Path path = Path.of(token.text());
        if (!directories) {
          found.add(path);
        } else if (files.isDirectory(path)) {
          files.list(path, MAX_LOCAL_FILES).stream()
              .filter(files::isReadableFile)
              .filter(f -> !IGNORED.matcher(f.getFileName().toString()).matches())
              .forEach(found::add);
        }
      } catch (IOException | InvalidPathException e) {
        problems.error(token.start(), name + ": cannot read " + token, "");
      }
    }
    return found.subList(0, Math.min(found.size(), MAX_LOCAL_FILES));
  }

  private void environment(String prefix, Map<String, String> environment) {
    environment.forEach((variable, value) -> {
      if (variable.startsWith(prefix) && variable.length() > prefix.length()) {
        set(variable.substring(prefix.length()), value, "environment " + variable);
      }
    });
  }

  private void define(Map<String, String> values, String origin) {
    values.forEach((name, value) -> set(name, value, origin));
  }

  private void set(String name, String value, String origin) {
    Location where = Location.outside(origin);
    String former = macros.use(name).map(SourceSpan::text).orElse(null);
    macros.define(
        name, SourceSpan.computed(Expander.replaceSelf(name, value.strip(), former), where));
  }

  private void refuseErrors() throws InvalidConfigurationException {
    if (problems.hasErrors()) {
      throw new InvalidConfigurationException(problems.inOrder());
    }
  }

  /// Warnings from reading.
  public List<Problem> warnings() {
    return problems.inOrder().stream().filter(p -> !p.isError()).toList();
  }

  /// The setting of that name; an empty value counts as not set.
  public Optional<Setting> find(String name) throws InvalidConfigurationException {
    Optional<SourceSpan> value = macros.use(name).map(expander::expand);
    refuseErrors();
    return value.filter(v -> !v.isEmpty()).map(v -> new Setting(name, v.text(), v.start()));
  }

  /// Everything that is set, by name.
  public List<Setting> all() throws InvalidConfigurationException {
    List<Setting> settings = new ArrayList<>();
    for (MacroTable.Macro macro : macros.all()) {
      SourceSpan value = expander.expand(macro.value());
      settings.add(new Setting(macro.name(), value.text(), macro.value().start()));
    }
    refuseErrors();
    return settings;
  }

  /// Names that were set and are probably meant to be one of `known`: a daemon refuses to start on
  /// them. Other unknown names are let pass, since HTCondor's own files set hundreds.
  public List<Problem> misspelled(Collection<String> known) {
    Problems found = new Problems();
    for (MacroTable.Macro macro : macros.all()) {
      boolean right = known.stream().anyMatch(macro.name()::equalsIgnoreCase);
      Optional<String> near =
          NearestName.of(macro.name(), known)
              .filter(
                  k -> NearestName.distance(MacroTable.key(k), MacroTable.key(macro.name())) < 3);
      boolean ours = macro.name().toUpperCase(Locale.ROOT).startsWith("LANDFALL_");
      if (!right && (near.isPresent() || ours)) {
        found.error(
            macro.value().start(),
            "no setting is called " + macro.name(),
            near.map(n -> "did you mean " + n + "?").orElse(""));
      }
    }
    return found.inOrder();
  }

  /// A text, or `standard` if the name is not set.
  public String text(String name, String standard) throws InvalidConfigurationException {
    return find(name).map(Setting::value).orElse(standard);
  }

  /// A path, or nothing if the name is not set.
  public Optional<Path> path(String name) throws InvalidConfigurationException {
    Optional<Setting> setting = find(name);
    try {
      return setting.map(s -> Path.of(s.value()));
    } catch (InvalidPathException e) {
      throw refused(setting.get(), "the name of a file");
    }
  }

  /// A list with commas or blanks between, or nothing if the name is not set.
  public List<String> list(String name) throws InvalidConfigurationException {
    return find(name)
        .map(s ->
            SourceSpan.computed(s.value(), s.where()).tokens(Configuration::separates).stream()
                .map(SourceSpan::text)
                .toList())
        .orElse(List.of());
  }

  /// A boolean.
  public boolean bool(String name, boolean standard) throws InvalidConfigurationException {
    Optional<Setting> setting = find(name);
    if (setting.isEmpty()) {
      return standard;
    }
    return Values.bool(setting.get().value())
        .orElseThrow(() -> refused(setting.get(), "true or false"));
  }

  /// A whole number from `min` to `max`.
  public long integer(String name, long standard, long min, long max)
      throws InvalidConfigurationException {
    Optional<Setting> setting = find(name);
    if (setting.isEmpty()) {
      return standard;
    }
    Optional<Long> value = Values.integer(setting.get().value());
    return value
        .filter(v -> v >= min && v <= max)
        .orElseThrow(() -> refused(setting.get(), "a whole number from " + min + " to " + max));
  }

  /// A number of bytes: plain, or with K, M, G, T or P of 1024.
  public long bytes(String name, long standard) throws InvalidConfigurationException {
    Optional<Setting> setting = find(name);
    if (setting.isEmpty()) {
      return standard;
    }
    Matcher m = BYTES.matcher(setting.get().value());
    if (!m.matches()) {
      throw refused(setting.get(), "a number of bytes such as 65536, 512M or 1.5 GiB");
    }
    int power = m.group(2) == null ? 0 : 1 + "KMGTP".indexOf(m.group(2).toUpperCase(Locale.ROOT));
    BigDecimal bytes = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw refused(setting.get(), "less than 8192 P");
    }
    return bytes.longValue();
  }

  /// A time: seconds, or with `ms`, `s`, `m`, `h` or `d`.
  public Duration duration(String name, Duration standard) throws InvalidConfigurationException {
    Optional<Setting> setting = find(name);
    if (setting.isEmpty()) {
      return standard;
    }
    Matcher m = DURATION.matcher(setting.get().value());
    if (!m.matches()) {
      throw refused(setting.get(), "seconds, or a time such as 500ms, 90s, 10m, 2h or 1d");
    }
    String unit = m.group(2) == null ? "s" : m.group(2).toLowerCase(Locale.ROOT);
    long millis =
        switch (unit) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          default -> 86_400_000;
        };
    return Duration.ofMillis(
        new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(millis)).longValue());
  }

  /// A refusal of a value, for checks that a caller adds.
  public static InvalidConfigurationException refused(Setting setting, String expected) {
    Problems one = new Problems();
    one.error(
        setting.where(), setting.name() + " must be " + expected + ", not " + setting.value(), "");
    return new InvalidConfigurationException(one.inOrder());
  }

  private static boolean separates(int c) {
    return c == ',' || Character.isWhitespace(c);
  }
}
