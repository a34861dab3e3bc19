package io.landfall.transfer.doctor;

import io.landfall.transfer.daemon.AgentSettings;
import io.landfall.transfer.daemon.AgentSettings.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the kernel and the service manager grant a process here.
final class LimitsCheck implements Check {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final long FILES = 16_384;
  private static final int KIB = 10;
  private static final long AGENT_BYTES = 1L << 30;

  private final AgentSettings settings;

  LimitsCheck(AgentSettings settings) {
    this.settings = settings;
  }

  @Override
  public String group() {
    return "limits";
  }

  @Override
  public void run(Consumer<Finding> findings) throws IOException {
    String limits = Files.readString(LIMITS);
    findings.accept(files(limit(limits, "Max open files")));
    OptionalLong locked = limit(limits, "Max locked memory");
    findings.accept(
        Finding.good(
            "locked memory",
            locked.isEmpty()
                ? "no limit"
                : locked.getAsLong() / 1024 + " KiB; Landfall locks none"));
    findings.accept(memory(available(Files.readString(MEMORY))));
  }

  private static Finding files(OptionalLong files) {
    if (files.isEmpty() || files.getAsLong() >= FILES) {
      return Finding.good(
          "open files", files.isEmpty() ? "no limit" : "up to " + files.getAsLong());
    }
    return Finding.costs(
        "open files",
        "up to " + files.getAsLong(),
        "a large checkpoint store and many transfers at once run out of them",
        "LimitNOFILE=65536 in the unit, as the packaged ones have; ulimit -n 65536 in a shell");
  }

  private Finding memory(long available) {
    String found = Figure.bytes(available) + " available";
    long wanted = settings.roles().contains(Role.EXECUTE) ? (long) settings.vmMemoryMiB() << 20 : 0;
    if (available < AGENT_BYTES) {
      return Finding.costs("memory", found, "an agent may be ended", "free some, or add some");
    }
    return wanted > available
        ? Finding.costs(
            "memory",
            found + ", and VM_MEMORY promises " + Figure.bytes(wanted) + " to machines",
            "machines that use what they were promised are swapped out or ended",
            "set VM_MEMORY (in MiB) to what is left beside the system and the agent")
        : Finding.good("memory", found);
  }

  /// The soft limit; empty for none.
  static OptionalLong limit(String limits, String name) {
    Matcher line =
        Pattern.compile("^" + name + "\\s+(\\d+|unlimited)", Pattern.MULTILINE).matcher(limits);
    return line.find() && !line.group(1).equals("unlimited")
        ? OptionalLong.of(Long.parseLong(line.group(1)))
        : OptionalLong.empty();
  }

  static long available(String memory) {
    Matcher line =
        Pattern.compile("^MemAvailable:\\s+(\\d+) kB", Pattern.MULTILINE).matcher(memory);
    return line.find() ? Long.parseLong(line.group(1)) << KIB : 0;
  }
}
