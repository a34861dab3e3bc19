package io.landfall.transfer.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/// What SIGHUP does to a daemon: by default it ends it.
///
/// The JDK's only way to take a signal is `sun.misc.Signal`, of its module `jdk.unsupported`. It is
/// looked up by name, since the compiler warns of every mention of it and cannot be told not to.
final class Hangup {
  private Hangup() {}

  /// Runs `action` on each SIGHUP from now on, on a thread of the JDK.
  static void runs(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler invocation =
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "handle" -> {
                  action.run();
                  yield null;
                }
                case "equals" -> false; // it is compared with no other
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "SIGHUP";
              };
      Object proxy =
          Proxy.newProxyInstance(
              Hangup.class.getClassLoader(), new Class<?>[] {handler}, invocation);
      Object hangup = signal.getConstructor(String.class).newInstance("HUP");
      var _ = signal.getMethod("handle", signal, handler).invoke(null, hangup, proxy);
    } catch (ReflectiveOperationException e) {
      System.getLogger(Hangup.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "SIGHUP ends this process; use landfall reload ({0})",
              e.toString());
    }
  }
}
