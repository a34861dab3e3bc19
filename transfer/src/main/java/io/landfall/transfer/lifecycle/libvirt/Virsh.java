package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// `virsh`, one process per command. Its words are for people, except those of `domstate`, which
/// are the state's names.
///
/// Threads: any.
final class Virsh {
  private static final Duration PATIENCE = Duration.ofMinutes(5); // memory goes to a file meanwhile
  private static final int MAX_OUTPUT_BYTES = 1 << 20;

  private final LibvirtSettings settings;

  Virsh(LibvirtSettings settings) {
    this.settings = settings;
  }

  /// What libvirt knows of a domain's state, as `state (reason)`; empty if there is no such domain.
  ///
  /// @throws IOException if libvirt does not answer, which says nothing about the domain
  Optional<String> domainState(String name) throws IOException {
    Answer answer = ask(List.of("domstate", "--domain", name, "--reason"));
    if (answer.good()) {
      return Optional.of(answer.text());
    }
    if (answer.text().contains("failed to get domain")) {
      return Optional.empty();
    }
    throw new IOException("virsh domstate: " + answer.text());
  }

  String version() throws IOException {
    return run("version").lines().reduce("", (a, line) -> line);
  }

  /// Runs a command that must succeed; what it printed.
  String run(String... words) throws IOException {
    Answer answer = ask(List.of(words));
    if (!answer.good()) {
      throw new VmException(Reason.REFUSED, "virsh %s: %s".formatted(words[0], answer.text()));
    }
    return answer.text();
  }

  /// A process that prints a line at each change of a domain, until it is destroyed.
  Process events(String name) throws IOException {
    return builder(List.of("event", "--domain", name, "--event", "lifecycle", "--loop"))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private record Answer(boolean good, String text) {}

  private Answer ask(List<String> words) throws IOException {
    Process process = start(words);
    process.getOutputStream().close();
    CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            "virsh %s: no answer in %d s".formatted(words.getFirst(), PATIENCE.toSeconds()));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("virsh " + words.getFirst() + ": interrupted", e);
    }
    return new Answer(
        process.exitValue() == 0, output.join().strip().replaceAll("\\s*\\n\\s*", " | "));
  }

  private Process start(List<String> words) throws IOException {
    try {
      return builder(words).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new VmException(
          Reason.NO_HYPERVISOR,
          "%s: cannot be run; install libvirt-clients".formatted(settings.virsh()),
          e);
    }
  }

  private ProcessBuilder builder(List<String> words) {
    List<String> command = new ArrayList<>(List.of(settings.virsh(), "-q"));
    settings.uri().ifPresent(uri -> command.addAll(List.of("-c", uri)));
    command.addAll(words);
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
