package io.landfall.perf.compare;

import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Ports for servers that cannot choose one themselves.
public final class Ports {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long PAUSE_MILLIS = 20;

  /// Below what Linux gives to whoever does not say which port it wants: Landfall's own servers get
  /// theirs so, in a network namespace into which this process cannot look.
  private static final int FIRST = 20_000;

  private static final int LAST = 30_000;

  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST, LAST));

  private Ports() {}

  /// A port that was free a moment ago, and is given out once.
  public static int free() throws IOException {
    for (int tries = FIRST; tries < LAST; tries++) {
      int port = NEXT.getAndUpdate(last -> last + 1 < LAST ? last + 1 : FIRST);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // somebody's; the next
      }
    }
    throw new IOException("no port from " + FIRST + " to " + LAST + " is free");
  }

  /// Asks a server with a client of its own until it answers.
  public static void await(Rig rig, String... probe) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        rig.run(probe);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while waiting for a server");
    }
  }
}
