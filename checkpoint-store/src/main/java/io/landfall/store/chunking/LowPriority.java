package io.landfall.store.chunking;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Threads that give way: naming content is worth every processor that is idle and none that copies
/// it.
///
/// Java's own thread priorities are nothing on Linux; the nice value there belongs to each thread.
@SuppressWarnings("restricted")
public final class LowPriority {
  private static final Logger LOG = System.getLogger(LowPriority.class.getName());

  private static final int PRIO_PROCESS = 0; // which of Linux's means one thread
  private static final int THIS_THREAD = 0;

  /// A thirtieth of the usual share, beside somebody who wants all of it.
  private static final int NICE = 15;

  private static final MethodHandle SETPRIORITY = handle();

  private LowPriority() {}

  private static MethodHandle handle() {
    if (!"Linux".equals(System.getProperty("os.name"))) {
      return null;
    }
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("setpriority"),
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT));
  }

  /// Lowers the calling platform thread for the rest of its life; nothing where the system cannot.
  public static void forThisThread() {
    if (SETPRIORITY == null) {
      return;
    }
    try {
      int result = (int) SETPRIORITY.invokeExact(PRIO_PROCESS, THIS_THREAD, NICE);
      if (result != 0) {
        LOG.log(Level.DEBUG, "setpriority is refused");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("setpriority throws nothing", e);
    }
  }
}
