package io.landfall.perf.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Processor time, user and system, of process trees; from `/proc`, in hundredths of a second.
///
/// A process's own time and that of its children that have ended are in its `stat` file; what still
/// runs is added. So nothing is lost when a server hands its work to a child, or a client ends.
public final class CpuClock {
  /// The clock tick of `/proc`, the same on every Linux port since 2.6.
  private static final double TICKS_A_SECOND = 100;

  private static final int USER = 13;
  private static final int CHILDREN_SYSTEM = 16;

  private CpuClock() {}

  /// Seconds used so far by all processes that this one started, and by theirs; not by itself.
  public static double startedByUs() {
    long pid = ProcessHandle.current().pid();
    return (childTicks(pid) + descendantTicks(ProcessHandle.current())) / TICKS_A_SECOND;
  }

  /// Seconds used so far by a process and all that it started; 0 if it is gone.
  public static double tree(ProcessHandle root) {
    return (ticks(root.pid()) + descendantTicks(root)) / TICKS_A_SECOND;
  }

  /// Seconds that all processors together were busy since the machine started.
  public static double machine() {
    try {
      String[] words =
          Files.readString(Path.of("/proc/stat")).lines().findFirst().orElse("").split(" +", -1);
      // user nice system idle iowait irq softirq steal
      long busy = 0;
      for (int i = 1; i <= 8; i++) {
        busy += i == 4 || i == 5 ? 0 : Long.parseLong(words[i]);
      }
      return busy / TICKS_A_SECOND;
    } catch (IOException e) {
      return 0; // no /proc: others' load is not known
    }
  }

  private static long descendantTicks(ProcessHandle root) {
    return root.descendants().mapToLong(process -> ticks(process.pid())).sum();
  }

  private static long ticks(long pid) {
    return sum(pid, USER, CHILDREN_SYSTEM);
  }

  private static long childTicks(long pid) {
    return sum(pid, CHILDREN_SYSTEM - 1, CHILDREN_SYSTEM);
  }

  /// Fields counted from 0, as in proc(5) less one; the name in the second may hold blanks.
  private static long sum(long pid, int first, int last) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long sum = 0;
      for (int field = first; field <= last; field++) {
        sum += Long.parseLong(words[field - 2]);
      }
      return sum;
    } catch (NoSuchFileException e) {
      return 0; // ended since; its parent has its time
    } catch (IOException e) {
      return 0; // ended while it was read: ESRCH
    }
  }
}
