package io.landfall.store.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts a class of the tests in a Java of its own, to be killed.
public final class ChildJvm {
  private ChildJvm() {}

  /// Starts `main` with `args`; what it says on standard error goes to that of the tests.
  public static Process start(Class<?> main, Object... args) throws IOException {
    return start(List.of(), main, args);
  }

  static Process start(List<String> options, Class<?> main, Object... args) throws IOException {
    return new ProcessBuilder(command(options, main, args))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /// The command line that starts `main`, to be run by something else.
  public static List<String> command(List<String> options, Class<?> main, Object... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(options);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
            .replace(" ", File.pathSeparator));
    command.add(main.getName());
    for (Object arg : args) {
      command.add(arg.toString());
    }
    return command;
  }
}
