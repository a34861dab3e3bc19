package io.landfall.transfer.lifecycle.libvirt;

import io.landfall.transfer.lifecycle.HostProgram;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `virsh`, one process per command. Its words are for people, except those of `domstate`, which
/// are the state's names.
///
/// Threads: any.
final class Virsh {
  private static final String REMEDY =
      "\n(is libvirtd running here? systemctl start libvirtd, or name another libvirt:"
          + " libvirt@URI)";

  private final HostProgram program = new HostProgram("virsh", "install libvirt-clients");
  private final LibvirtSettings settings;

  Virsh(LibvirtSettings settings) {
    this.settings = settings;
  }

  /// What libvirt knows of a domain's state, as `state (reason)`; empty if there is no such domain.
  ///
  /// @throws IOException if libvirt does not answer, which says nothing about the domain
  Optional<String> domainState(String name) throws IOException {
    HostProgram.Answer answer = ask(List.of("domstate", "--domain", name, "--reason"));
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
    HostProgram.Answer answer = ask(List.of(words));
    if (!answer.good()) {
      throw new VmException(Reason.REFUSED, "virsh %s: %s".formatted(words[0], answer.text()));
    }
    return answer.text();
  }

  /// A process that prints a line at each change of a domain, until it is destroyed.
  Process events(String name) throws IOException {
    return HostProgram.builder(
            command(List.of("event", "--domain", name, "--event", "lifecycle", "--loop")))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private HostProgram.Answer ask(List<String> words) throws IOException {
    HostProgram.Answer answer = program.ask(command(words), words.getFirst());
    return answer.text().contains("failed to connect to the hypervisor")
        ? new HostProgram.Answer(answer.good(), answer.lines() + REMEDY)
        : answer;
  }

  private List<String> command(List<String> words) {
    List<String> command = new ArrayList<>(List.of(settings.virsh(), "-q"));
    settings.uri().ifPresent(uri -> command.addAll(List.of("-c", uri)));
    command.addAll(words);
    return command;
  }
}
