package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.VmRecord;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// A QEMU process: our child, or one that an earlier process of ours left running.
final class QemuProcess {
  private static final int MAX_COMMAND_LINE_BYTES = 128 << 10;
  private static final int START_TIME_FIELD = 22;

  private final ProcessHandle handle;

  private QemuProcess(ProcessHandle handle) {
    this.handle = handle;
  }

  /// Starts QEMU in a session of its own: a ^C at the terminal is for the agent, which then saves
  /// the VM, and must not reach the VM first.
  static QemuProcess launch(List<String> command, Path workDir) throws IOException {
    List<String> line = new ArrayList<>();
    onPath("setsid").ifPresent(setsid -> line.add(setsid.toString()));
    line.addAll(command);
    Process process =
        new ProcessBuilder(line)
            .directory(workDir.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(QemuFiles.log(workDir).toFile()))
            .start();
    return new QemuProcess(process.toHandle());
  }

  /// The process that a record speaks of, if it still runs.
  static Optional<QemuProcess> leftover(VmRecord record) throws IOException {
    if (record.runtimeDir().isEmpty()) {
      return Optional.empty();
    }
    RuntimeDir runtime = new RuntimeDir(Path.of(record.runtimeDir().get()));
    long pid = record.pid() != 0 ? record.pid() : pidIn(runtime.pidFile());
    if (pid == 0 || !commandLine(pid).contains(runtime.path().toString())) {
      return Optional.empty();
    }
    if (record.pid() != 0 && startTime(pid) != record.processStart()) {
      return Optional.empty();
    }
    return ProcessHandle.of(pid).map(QemuProcess::new);
  }

  /// Processes with that name of ours among their arguments, and a socket directory of ours.
  static List<QemuProcess> running(String nameArgument) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(p -> isOurs(commandLine(p.pid()), nameArgument))
          .map(QemuProcess::new)
          .toList();
    }
  }

  private static boolean isOurs(String commandLine, String nameArgument) {
    List<String> arguments = List.of(commandLine.split("\0", -1));
    int at = arguments.indexOf("-name");
    return at >= 0
        && arguments.get(at + 1).equals(nameArgument)
        && commandLine.contains("/" + RuntimeDir.PREFIX);
  }

  long pid() {
    return handle.pid();
  }

  /// When it started, in the kernel's clock ticks since boot; 0 if it is gone.
  long startTime() {
    return startTime(handle.pid());
  }

  boolean alive() {
    return handle.isAlive();
  }

  /// Waits for its end.
  ///
  /// @return whether it came in time
  boolean awaitExit(Duration patience) throws IOException {
    try {
      handle.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException("process " + handle.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while process %d ends".formatted(handle.pid()), e);
    }
  }

  void destroy() {
    handle.destroyForcibly();
  }

  /// A program on `PATH`, or the program itself if it is a path.
  static Optional<Path> onPath(String program) {
    if (program.indexOf('/') >= 0) {
      return Optional.of(Path.of(program)).filter(Files::isExecutable);
    }
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Stream.of(path.split(File.pathSeparator, -1))
        .map(dir -> Path.of(dir, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static long pidIn(Path pidFile) throws IOException {
    String text = QemuFiles.text(pidFile, 32).strip();
    return text.matches("[0-9]{1,10}") ? Long.parseLong(text) : 0;
  }

  private static String commandLine(long pid) {
    return new String(proc(pid, "cmdline"), StandardCharsets.UTF_8);
  }

  /// Field 22 of `/proc/PID/stat`; the second field is a name in brackets that may hold anything.
  private static long startTime(long pid) {
    String stat = new String(proc(pid, "stat"), StandardCharsets.UTF_8);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return fields.length > START_TIME_FIELD - 3 ? Long.parseLong(fields[START_TIME_FIELD - 3]) : 0;
  }

  private static byte[] proc(long pid, String file) {
    try (var in = Files.newInputStream(Path.of("/proc", Long.toString(pid), file))) {
      return in.readNBytes(MAX_COMMAND_LINE_BYTES);
    } catch (IOException gone) {
      return new byte[0];
    }
  }
}
