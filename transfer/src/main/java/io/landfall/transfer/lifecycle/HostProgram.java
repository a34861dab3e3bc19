package io.landfall.transfer.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A program of a hypervisor's that does one thing and ends: `virsh`, `vmrun`.
///
/// Threads: any.
///
/// @param name the program's name in messages
/// @param remedy what would help if it cannot be run
public record HostProgram(String name, String remedy) {
  private static final Duration PATIENCE = Duration.ofMinutes(5); // memory goes to a file meanwhile
  private static final int MAX_OUTPUT_BYTES = 1 << 20;

  /// What it said.
  ///
  /// @param good whether it exited with 0
  /// @param lines everything it printed
  public record Answer(boolean good, String lines) {

    /// What it printed as one line, for a message.
    public String text() {
      return lines.strip().replaceAll("\\s*\\n\\s*", " | ");
    }
  }

  /// Runs a command to its end.
  ///
  /// @param command the program and its arguments
  /// @param verb what it is asked to do, for messages
  /// @throws VmException with reason `NO_HYPERVISOR` if there is no such program
  public Answer ask(List<String> command, String verb) throws IOException {
    Process process = start(command);
    process.getOutputStream().close();
    CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            "%s %s: no answer in %d s".formatted(name, verb, PATIENCE.toSeconds()));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("%s %s: interrupted".formatted(name, verb), e);
    }
    return new Answer(process.exitValue() == 0, output.join());
  }

  private Process start(List<String> command) throws IOException {
    try {
      return builder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new VmException(
          VmException.Reason.NO_HYPERVISOR,
          "%s: cannot be run; %s".formatted(command.getFirst(), remedy),
          e);
    }
  }

  /// A process that speaks the language of programs, in no directory of ours.
  public static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LC_ALL", "C");
    return builder.directory(Path.of("/").toFile());
  }

  private static String read(Process process) {
    try (InputStream in = process.getInputStream()) {
      return new String(in.readNBytes(MAX_OUTPUT_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
