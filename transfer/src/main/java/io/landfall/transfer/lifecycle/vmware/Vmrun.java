package io.landfall.transfer.lifecycle.vmware;

import io.landfall.transfer.lifecycle.HostProgram;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `vmrun`, one process per command.
///
/// Threads: any.
final class Vmrun {
  private static final String HEAD = "Total running VMs:";

  private final HostProgram program =
      new HostProgram("vmrun", "install VMware Workstation or Player, or name its vmrun");
  private final VmwareSettings settings;

  Vmrun(VmwareSettings settings) {
    this.settings = settings;
  }

  /// The `.vmx` files of the VMs that run.
  ///
  /// @throws IOException if VMware does not answer, which says nothing about any VM
  List<Path> running() throws IOException {
    List<String> lines = ask("list").lines().map(String::strip).toList();
    if (lines.isEmpty() || !lines.getFirst().startsWith(HEAD)) {
      throw new IOException("vmrun list: expected '%s', got %s".formatted(HEAD, lines));
    }
    return lines.stream().skip(1).filter(line -> !line.isEmpty()).map(Path::of).toList();
  }

  /// Whether a VM runs. Paths are compared as the file system knows them.
  boolean runs(Path vmx) throws IOException {
    for (Path other : running()) {
      if (Files.exists(other) && Files.exists(vmx) && Files.isSameFile(other, vmx)) {
        return true;
      }
    }
    return false;
  }

  /// Does something to a VM.
  void run(String verb, Path vmx, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of(verb, vmx.toString()));
    words.addAll(List.of(more));
    ask(words.toArray(String[]::new));
  }

  private String ask(String... words) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(settings.vmrun(), "-T", settings.product().word()));
    command.addAll(List.of(words));
    HostProgram.Answer answer = program.ask(command, words[0]);
    // Its exit status has not always told of a failure.
    if (!answer.good() || answer.lines().stripLeading().startsWith("Error:")) {
      throw new VmException(Reason.REFUSED, "vmrun %s: %s".formatted(words[0], answer.text()));
    }
    return answer.lines();
  }
}
