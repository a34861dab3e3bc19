package io.landfall.transfer.condor.gahp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What HTCondor started us for, by our arguments.
public sealed interface GahpMode {

  /// Say what this host offers.
  ///
  /// @param vmType the type that is asked for
  record Probe(String vmType) implements GahpMode {}

  /// Run a job's machine; everything else is in the environment.
  record Serve() implements GahpMode {}

  /// End a machine.
  ///
  /// @param vmType its type
  /// @param match its name; for VMware its directory
  record Kill(String vmType, String match) implements GahpMode {}

  /// Reads the arguments: `-f` and `-t` mean nothing here, then `-M` must come first, and `vmtype`
  /// and `match` may be abbreviated.
  ///
  /// @throws IllegalArgumentException with the usage
  static GahpMode parse(List<String> arguments) {
    List<String> rest = new ArrayList<>(arguments);
    rest.removeIf(a -> a.equals("-f") || a.equals("-t"));
    if (rest.size() < 2 || !rest.getFirst().equals("-M")) {
      throw usage();
    }
    return switch (rest.get(1)) {
      case "0" -> new Probe(value(rest, "vmtype").toLowerCase(Locale.ROOT));
      case "1", "3" -> {
        if (rest.size() > 2) {
          throw usage();
        }
        yield new Serve();
      }
      case "4" -> new Kill(value(rest, "vmtype").toLowerCase(Locale.ROOT), value(rest, "match"));
      default -> throw usage();
    };
  }

  private static String value(List<String> arguments, String key) {
    for (int i = 2; i + 1 < arguments.size(); i += 2) {
      String word = arguments.get(i);
      if (!word.isEmpty() && key.startsWith(word)) {
        return arguments.get(i + 1);
      }
    }
    throw usage();
  }

  private static IllegalArgumentException usage() {
    return new IllegalArgumentException(
        "usage: condor_vm-gahp [-f] [-t] -M 0 vmtype TYPE | -M 3 | -M 4 vmtype TYPE match NAME");
  }
}
