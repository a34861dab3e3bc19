package io.landfall.transfer.demo;

import java.nio.file.Path;
import java.util.List;

/// The QEMU processes of one demo. Agents leave their machines running when they end, which is what
/// an administrator wants of them; of a demo that is broken off nobody wants it.
final class DemoMachines implements AutoCloseable {
  private final Path directory;
  private final Thread atExit = new Thread(this::stop, "stop-machines");

  private DemoMachines(Path directory) {
    this.directory = directory;
  }

  /// Stops the machines of the demo in `directory` when closed, or when this process is ended.
  static DemoMachines stoppedAtTheEnd(Path directory) {
    DemoMachines machines = new DemoMachines(directory);
    Runtime.getRuntime().addShutdownHook(machines.atExit);
    return machines;
  }

  /// Ends every QEMU that was started with a file of the demo's directory, whoever started it.
  void stop() {
    ProcessHandle.allProcesses().filter(this::ours).forEach(ProcessHandle::destroyForcibly);
  }

  private boolean ours(ProcessHandle process) {
    String program = process.info().command().orElse("");
    List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
    return Path.of(program).getFileName() != null
        && Path.of(program).getFileName().toString().startsWith("qemu-system-")
        && arguments.stream().anyMatch(word -> word.contains(directory + "/"));
  }

  @Override
  public void close() {
    stop();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      stop(); // the process is being ended: the hook is at work
    }
  }
}
