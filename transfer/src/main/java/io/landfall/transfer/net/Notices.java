package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Notices that arrived, handed over one at a time and in order on a virtual thread. Those that
/// come before there is a handler wait for it.
final class Notices {
  private static final Logger LOG = System.getLogger(Notices.class.getName());

  /// Characters that may wait; a peer that sends faster than we handle loses the link.
  private static final long MAX_WAITING_CHARS = 16 << 20;

  private static final int MAX_WAITING = 4096;

  private final String peerName;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<String> waiting = new ArrayDeque<>(); // guarded by lock
  private long waitingChars; // guarded by lock
  private Consumer<String> handler; // guarded by lock
  private boolean running; // guarded by lock
  private boolean closed; // guarded by lock

  Notices(String peerName) {
    this.peerName = peerName;
  }

  void handler(Consumer<String> newHandler) {
    lock.lock();
    try {
      handler = newHandler;
      start();
    } finally {
      lock.unlock();
    }
  }

  void add(String json) throws ProtocolException {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (waiting.size() >= MAX_WAITING || waitingChars > MAX_WAITING_CHARS) {
        throw new ProtocolException(
            ErrorCode.LIMIT_EXCEEDED, waiting.size() + " notices wait to be handled");
      }
      waiting.add(json);
      waitingChars += json.length();
      start();
    } finally {
      lock.unlock();
    }
  }

  private void start() {
    if (!running && handler != null && !waiting.isEmpty()) {
      running = true;
      Thread.ofVirtual().name("landfall-notices " + peerName).start(this::drain);
    }
  }

  private void drain() {
    while (true) {
      String json;
      Consumer<String> to;
      lock.lock();
      try {
        json = waiting.poll();
        to = handler;
        if (json == null) {
          running = false;
          return;
        }
        waitingChars -= json.length();
      } finally {
        lock.unlock();
      }
      try {
        to.accept(json);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "handling a notice from " + peerName, e);
      }
    }
  }

  /// Takes no more; those that arrived before are still handled.
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
