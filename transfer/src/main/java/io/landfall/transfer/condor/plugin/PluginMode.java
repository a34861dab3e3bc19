package io.landfall.transfer.condor.plugin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What HTCondor started us for, by our arguments.
public sealed interface PluginMode {

  /// Say what this plugin can do.
  record Query() implements PluginMode {}

  /// Transfer one file: protocol 1.
  ///
  /// @param source a URL, or a path here
  /// @param target the other of both
  record One(String source, String target) implements PluginMode {}

  /// Transfer many files: protocols 2 and 4.
  ///
  /// @param requests the file that names them
  /// @param results the file for how each went
  /// @param upload whether they go from here
  record Many(Path requests, Path results, boolean upload) implements PluginMode {}

  /// Reads the arguments; options may come in any order.
  ///
  /// @throws IllegalArgumentException with the usage
  static PluginMode parse(List<String> arguments) {
    if (arguments.equals(List.of("-classad"))) {
      return new Query();
    }
    boolean plain = arguments.stream().noneMatch(a -> a.isEmpty() || a.startsWith("-"));
    if (plain && arguments.size() == 2) {
      return new One(arguments.get(0), arguments.get(1));
    }
    List<String> rest = new ArrayList<>(arguments);
    boolean upload = rest.remove("-upload");
    Many many = new Many(path(rest, "-infile"), path(rest, "-outfile"), upload);
    if (!rest.isEmpty()) {
      throw usage();
    }
    return many;
  }

  /// Takes an option and its path out of the arguments.
  private static Path path(List<String> rest, String option) {
    int at = rest.indexOf(option);
    if (at < 0 || at + 1 == rest.size()) {
      throw usage();
    }
    rest.remove(at);
    return Path.of(rest.remove(at));
  }

  private static IllegalArgumentException usage() {
    return new IllegalArgumentException(
        "usage: landfall_plugin -classad | -infile FILE -outfile FILE [-upload] | SOURCE TARGET");
  }
}
