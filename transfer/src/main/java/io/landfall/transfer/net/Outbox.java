package io.landfall.transfer.net;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.transfer.session.AdaptiveCompression;
import io.landfall.transfer.session.Answer;
import io.landfall.transfer.session.FileBody;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The answers that one data connection owes: read on the disk pool, one frame at a time, while the
/// connection has less than [#HIGH_WATER_BYTES] queued and the endpoint has memory. What goes
/// before what is the endpoint's [Precedence], over all its connections; while one owner has sent
/// all that it may for now, others go on.
final class Outbox implements Precedence.Debtor {
  private static final Logger LOG = System.getLogger(Outbox.class.getName());

  /// What may be queued on a connection: enough to keep the socket busy during the next read.
  static final long HIGH_WATER_BYTES = 2 << 20;

  /// With so much queued it is the network that is waited for.
  private static final long WAITING_BYTES = HIGH_WATER_BYTES / 2;

  /// Frames read in one turn, before other connections get the disk thread.
  private static final int FRAMES_PER_TURN = 8;

  private final Connection connection;
  private final Executor disk;
  private final Budget memory;
  private final Pacing pacing;
  private final Precedence precedence;
  private boolean throttled; // of the turn under way
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Priority, Deque<Answer>> owed =
      new EnumMap<>(Priority.class); // guarded by lock; the first goes first
  private final AdaptiveCompression compression =
      new AdaptiveCompression(); // of the turn under way
  private boolean running; // guarded by lock; a turn is under way or submitted
  private boolean closed; // guarded by lock

  Outbox(Connection connection, Machinery machinery) {
    this.connection = connection;
    this.disk = machinery.reading();
    this.memory = machinery.sendMemory();
    this.pacing = machinery.sending();
    this.precedence = machinery.precedence();
    for (Priority priority : Priority.values()) {
      owed.put(priority, new ArrayDeque<>());
    }
    connection.onDrained(this::proceed);
  }

  void add(Answer answer) throws ProtocolException {
    lock.lock();
    try {
      if (closed) {
        answer.close();
        return;
      }
      if (owed.values().stream().mapToInt(Deque::size).sum() >= Limits.MAX_WANTS) {
        answer.close();
        throw new ProtocolException(
            ErrorCode.LIMIT_EXCEEDED,
            "more than " + Limits.MAX_WANTS + " unanswered wants on one connection");
      }
      owed.get(answer.priority()).add(answer);
      precedence.owes(answer.priority(), this, true);
    } finally {
      lock.unlock();
    }
    proceed();
  }

  /// Starts a turn unless one is under way or there is nothing to do.
  private void proceed() {
    lock.lock();
    try {
      if (running || closed || next() == null || full()) {
        return;
      }
      running = true;
    } finally {
      lock.unlock();
    }
    submit();
  }

  private void submit() {
    try {
      disk.execute(this::turn);
    } catch (RejectedExecutionException e) {
      close(); // the endpoint is closed
      end();
    }
  }

  private void turn() {
    for (int i = 0; i < FRAMES_PER_TURN; i++) {
      Answer answer = begin();
      if (answer == null) {
        return;
      }
      long nanos = pacing.waitNanos(answer.owner(), System.nanoTime());
      if (nanos > 0) {
        throttled = true;
        pause(nanos);
        return;
      }
      // After the rate: what stands back must not earn its share by asking often.
      nanos = precedence.waitNanos(answer.priority(), System.nanoTime());
      if (nanos > 0) {
        pause(nanos);
        return;
      }
      if (!memory.take(Answer.FRAME_BYTES)) {
        end();
        memory.whenGiven(Answer.FRAME_BYTES, this::proceed);
        return;
      }
      send(answer);
    }
    submit();
  }

  private void pause(long nanos) {
    end();
    connection.schedule(this::proceed, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
  }

  private void send(Answer answer) {
    long pending = connection.pendingBytes();
    long sent = connection.queuedBytes();
    compression.observe(throttled || pending >= WAITING_BYTES, sent - pending, System.nanoTime());
    sendFrame(answer);
    long bytes = connection.queuedBytes() - sent;
    pacing.spent(answer.owner(), bytes, System.nanoTime());
    precedence.spent(answer.priority(), bytes, System.nanoTime());
    throttled = false;
  }

  private void sendFrame(Answer answer) {
    if (connection.sendsFiles() && !compression.on()) {
      Optional<FileBody> body = answer.nextInFile();
      if (body.isPresent()) {
        memory.give(Answer.FRAME_BYTES); // the kernel's own memory
        sendFile(body.get());
        return;
      }
    }
    List<TransferMessage> frames = answer.next(compression);
    if (frames.isEmpty()) {
      remove(answer);
      memory.give(Answer.FRAME_BYTES);
    } else {
      connection.send(frames, () -> memory.give(Answer.FRAME_BYTES));
    }
  }

  private void sendFile(FileBody body) {
    try {
      // So that the event loop, which sends it, does not have to wait for the disk.
      body.file().prefetch(body.offset(), body.length());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no read-ahead", e);
    }
    connection.sendFile(body);
  }

  private Answer begin() {
    lock.lock();
    try {
      Answer answer = closed || full() ? null : soonest();
      running = answer != null;
      if (closed) {
        closeAll();
      }
      return answer;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      running = false;
      if (closed) {
        closeAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean goesFirst(Priority priority) {
    if (priority == Priority.URGENT && full()) {
      return false;
    }
    if (!pacing.tellsOwnersApart()) {
      return true;
    }
    long now = System.nanoTime();
    lock.lock();
    try {
      return owed.get(priority).stream()
          .map(Answer::owner)
          .distinct()
          .anyMatch(owner -> pacing.ownWaitNanos(owner, now) == 0);
    } finally {
      lock.unlock();
    }
  }

  private boolean full() {
    return connection.pendingBytes() >= HIGH_WATER_BYTES;
  }

  private Answer next() {
    for (Deque<Answer> answers : owed.values()) {
      if (!answers.isEmpty()) {
        return answers.peek();
      }
    }
    return null;
  }

  /// The first that may go now; if all have to wait, the one that waits the shortest.
  private Answer soonest() {
    Answer first = next();
    if (first == null || !pacing.tellsOwnersApart()) {
      return first;
    }
    long now = System.nanoTime();
    Map<String, Long> waits = new HashMap<>();
    for (Deque<Answer> answers : owed.values()) {
      for (Answer answer : answers) {
        if (waits.computeIfAbsent(answer.owner(), owner -> pacing.waitNanos(owner, now)) == 0) {
          return answer;
        }
      }
    }
    String shortest = Collections.min(waits.entrySet(), Map.Entry.comparingByValue()).getKey();
    return owed.values().stream()
        .flatMap(Deque::stream)
        .filter(answer -> answer.owner().equals(shortest))
        .findFirst()
        .orElseThrow();
  }

  private void remove(Answer answer) {
    lock.lock();
    try {
      Deque<Answer> answers = owed.get(answer.priority());
      answers.remove(answer);
      precedence.owes(answer.priority(), this, !answers.isEmpty());
    } finally {
      lock.unlock();
    }
  }

  /// Drops what is owed; a read that is under way ends first.
  void close() {
    lock.lock();
    try {
      closed = true;
      if (!running) {
        closeAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void closeAll() {
    owed.forEach((priority, answers) -> {
      answers.forEach(Answer::close);
      answers.clear();
      precedence.owes(priority, this, false);
    });
  }
}
