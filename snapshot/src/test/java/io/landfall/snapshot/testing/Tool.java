package io.landfall.snapshot.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program of the machine that a test asks for its opinion. Where it is missing the test is
/// skipped, or fails if `interop.required` is set.
public record Tool(Path program) {

  /// What a run left.
  ///
  /// @param status exit status
  /// @param output what it printed, errors among it
  public record Result(int status, String output) {}

  /// The tool of that name on the search path.
  public static Tool named(String name) {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path program = Path.of(folder, name);
      if (Files.isExecutable(program)) {
        return new Tool(program);
      }
    }
    assertThat(Boolean.getBoolean("interop.required"))
        .as("%s is missing and interop.required is set", name)
        .isFalse();
    assumeTrue(false, name + " is not installed");
    throw new AssertionError();
  }

  /// Runs it, whatever it answers.
  public Result run(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("did not end: " + command);
      }
      return new Result(process.exitValue(), output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /// Runs it and wants success.
  ///
  /// @return what it printed
  public String succeed(Object... arguments) throws IOException {
    Result result = run(arguments);
    assertThat(result.status())
        .as("%s %s%n%s", program.getFileName(), List.of(arguments), result.output())
        .isZero();
    return result.output();
  }
}
