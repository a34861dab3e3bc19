package io.landfall.transfer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// A command's manual page, made from what its `--help` says: the two cannot disagree.
///
/// The text is in the macros of man(7).
final class ManPage {
  private static final String EXAMPLE = "Example: ";

  private final CommandLine command;
  private final CommandSpec spec;
  private final StringBuilder page = new StringBuilder();

  private ManPage(CommandLine command) {
    this.command = command;
    this.spec = command.getCommandSpec();
  }

  /// The page's name, without its section: `landfall-checkpoint-restore`.
  static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName("-");
  }

  static String of(CommandLine command) {
    ManPage page = new ManPage(command);
    page.write();
    return page.page.toString();
  }

  private void write() {
    macro("TH", quoted(name(command).toUpperCase(Locale.ROOT)), "1", "\"\"", quoted(version()));
    macro("SH", "NAME");
    line(name(command) + " - " + summary());
    macro("SH", "SYNOPSIS");
    line(command.getHelp().synopsis(0).strip().replaceAll("\\s+", " "));
    macro("SH", "DESCRIPTION");
    description().forEach(this::paragraph);
    parameters();
    commands();
    codes();
    examples();
    macro("SH", "SEE ALSO");
    line(
        spec.parent() == null
            ? "landfall-agent(1), landfall-run(1), landfall-checkpoint(1)"
            : name(spec.parent().commandLine()) + "(1)");
  }

  private void parameters() {
    List<OptionSpec> options = spec.options().stream().filter(o -> !o.hidden()).toList();
    if (options.isEmpty() && spec.positionalParameters().isEmpty()) {
      return;
    }
    macro("SH", "OPTIONS");
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      entry(parameter.paramLabel(), parameter.description());
    }
    for (OptionSpec option : options) {
      String value = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
      entry(String.join(", ", option.names()) + value, option.description());
    }
  }

  private void commands() {
    if (spec.subcommands().isEmpty()) {
      return;
    }
    macro("SH", "COMMANDS");
    for (CommandLine sub : shown(command)) {
      entry(sub.getCommandName(), new ManPage(sub).summary() + " See " + name(sub) + "(1).");
    }
  }

  private void codes() {
    Map<String, String> codes = spec.root().usageMessage().exitCodeList();
    macro("SH", "EXIT STATUS");
    codes.forEach((code, meaning) -> entry(code, meaning));
  }

  private void examples() {
    List<String> examples = descriptions().stream().filter(d -> d.startsWith(EXAMPLE)).toList();
    if (!examples.isEmpty()) {
      macro("SH", "EXAMPLES");
      macro("nf");
      examples.forEach(e -> line(e.substring(EXAMPLE.length())));
      macro("fi");
    }
  }

  /// The subcommands that `--help` shows, without their aliases.
  static List<CommandLine> shown(CommandLine command) {
    return command.getSubcommands().values().stream()
        .distinct()
        .filter(sub -> !sub.getCommandSpec().usageMessage().hidden())
        .toList();
  }

  private String summary() {
    return description().stream().findFirst().orElse("");
  }

  private List<String> description() {
    return descriptions().stream().filter(d -> !d.startsWith(EXAMPLE)).toList();
  }

  /// The lines of the help's description, each a paragraph here.
  private List<String> descriptions() {
    List<String> lines = new ArrayList<>();
    for (String text : spec.usageMessage().description()) {
      rendered(text).lines().map(String::strip).filter(l -> !l.isEmpty()).forEach(lines::add);
    }
    return lines;
  }

  private String rendered(String text) {
    return Ansi.OFF.string(String.format(text));
  }

  private String version() {
    return command.getCommandSpec().root().version().length == 0
        ? "Landfall"
        : command.getCommandSpec().root().version()[0].split(",", 2)[0];
  }

  private void entry(String term, String... text) {
    macro("TP");
    macro("B", quoted(term));
    for (String part : text) {
      rendered(part).lines().map(String::strip).filter(l -> !l.isEmpty()).forEach(this::line);
    }
  }

  private void paragraph(String text) {
    macro("PP");
    line(text);
  }

  private void macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(' ').append(argument);
    }
    page.append('\n');
  }

  /// A line of text: what the macro processor would take as its own is told apart from words.
  private void line(String text) {
    String safe = escaped(text);
    page.append(safe.startsWith(".") || safe.startsWith("'") ? "\\&" : "").append(safe);
    page.append('\n');
  }

  private static String quoted(String text) {
    return "\"" + escaped(text).replace("\"", "\\(dq") + "\"";
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-");
  }
}
