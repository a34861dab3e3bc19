package io.landfall.transfer.net;

import io.landfall.protocol.codec.Payloads;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage.Data;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.protocol.message.TransferMessage.Zero;
import io.landfall.transfer.session.Pull;
import io.landfall.transfer.session.RangeSink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/// One [Pull] over the data connections of a link: sends its wants, hands what arrives to the disk
/// pool, and ends when the sink has returned from the last byte, also after a failure.
final class PullRun {
  private static final int HEADER_BYTES = 40;

  /// How a run sends its wants.
  interface Lanes {
    List<Integer> open();

    void send(int lane, Want want, PullRun run);
  }

  private final Pull pull;
  private final RangeSink sink;
  private final Lanes lanes;
  private final Executor disk;
  private final Budget memory;
  private final ByteBufAllocator allocator;
  private final ReentrantLock lock = new ReentrantLock(); // around pull and the two below
  private int writing; // sink calls under way or submitted
  private IOException failure;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final LongAdder dataBytes = new LongAdder();
  private final LongAdder zeroBytes = new LongAdder();
  private final LongAdder wireBytes = new LongAdder();

  PullRun(
      Pull pull,
      RangeSink sink,
      Lanes lanes,
      Executor disk,
      Budget memory,
      ByteBufAllocator allocator) {
    this.pull = pull;
    this.sink = sink;
    this.lanes = lanes;
    this.disk = disk;
    this.memory = memory;
    this.allocator = allocator;
  }

  /// Runs to the end. An interrupt ends it early.
  PullSummary run() throws IOException {
    locked(() -> lanes.open().forEach(pull::openLane));
    if (!pull.hasLanes()) {
      fail(new IOException("no data connection is left"));
    }
    pump();
    endIfDone();
    awaitEnd();
    if (failure != null) {
      throw failure;
    }
    return new PullSummary(dataBytes.sum(), zeroBytes.sum(), wireBytes.sum());
  }

  private void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        // The sink may still be in use: end early, but not before it is left alone.
        interrupted = true;
        fail(new InterruptedIOException("interrupted while pulling"));
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Asks for more wherever there is room.
  private void pump() {
    for (int lane : lanes.open()) {
      Optional<Want> want = next(lane);
      while (want.isPresent()) {
        lanes.send(lane, want.get(), this);
        want = next(lane);
      }
    }
    if (idle()) {
      memory.whenGiven(pull.wantBytes(), () -> submit(this::pump, () -> {}));
    }
  }

  private boolean idle() {
    lock.lock();
    try {
      return failure == null && writing == 0 && pull.hasLanes() && pull.idle();
    } finally {
      lock.unlock();
    }
  }

  private Optional<Want> next(int lane) {
    lock.lock();
    try {
      return pull.next(lane);
    } finally {
      lock.unlock();
    }
  }

  /// Takes an answer, on the event loop; `data` is taken over.
  ///
  /// @return whether more is to come for its request
  boolean arrived(int lane, Data data) throws ProtocolException {
    boolean taken = false;
    try {
      taken = accept(() -> pull.accept(lane, data));
    } finally {
      if (!taken) {
        data.close();
      }
    }
    if (taken) {
      wireBytes.add(HEADER_BYTES + data.payload().readableBytes());
      dataBytes.add(data.rawLength());
      submit(() -> write(lane, data), () -> drop(lane, data));
    }
    return asked(data.request());
  }

  /// Takes a zero run, on the event loop, as [#arrived(int, Data)] does bytes.
  boolean arrived(int lane, Zero zero) throws ProtocolException {
    if (accept(() -> pull.accept(lane, zero))) {
      wireBytes.add(HEADER_BYTES);
      zeroBytes.add(zero.length());
      submit(() -> write(lane, zero), () -> written(lane, zero.length()));
    }
    return asked(zero.request());
  }

  private boolean accept(Acceptance acceptance) throws ProtocolException {
    lock.lock();
    try {
      boolean taken = acceptance.accepted();
      writing += taken ? 1 : 0;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private boolean asked(int request) {
    lock.lock();
    try {
      return pull.asked(request);
    } finally {
      lock.unlock();
    }
  }

  private void submit(Runnable task, Runnable otherwise) {
    try {
      disk.execute(task);
    } catch (RejectedExecutionException e) {
      fail(new IOException("the endpoint is closed"));
      otherwise.run();
    }
  }

  private void drop(int lane, Data data) {
    int length = data.rawLength();
    data.close();
    written(lane, length);
  }

  private void write(int lane, Data data) {
    int length = data.rawLength();
    if (failed()) {
      drop(lane, data);
      return;
    }
    ByteBuf plain = null;
    try {
      plain = Payloads.plain(data, allocator);
      sink.data(data.offset(), plain.nioBuffer());
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException e) {
      fail(new IOException("taking " + length + " bytes at " + data.offset() + " failed", e));
    } finally {
      if (plain != null) {
        plain.release();
      }
      written(lane, length);
    }
  }

  private void write(int lane, Zero zero) {
    try {
      if (!failed()) {
        sink.zero(zero.offset(), zero.length());
      }
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException e) {
      fail(new IOException("taking zeros at " + zero.offset() + " failed", e));
    } finally {
      written(lane, zero.length());
    }
  }

  private void written(int lane, int length) {
    locked(() -> {
      pull.written(lane, length);
      writing--;
    });
    endIfDone();
    pump();
  }

  /// A connection is gone; others go on with its part.
  void closeLane(int lane, String reason) {
    boolean left;
    lock.lock();
    try {
      pull.closeLane(lane);
      left = pull.hasLanes();
    } finally {
      lock.unlock();
    }
    if (left) {
      pump();
    } else {
      fail(new IOException("all data connections are lost: " + reason));
    }
  }

  /// Ends the run; the first failure is the one that is reported.
  void fail(IOException e) {
    locked(() -> {
      if (failure == null && ended.getCount() > 0) {
        failure = e;
        pull.cancel();
      }
    });
    endIfDone();
  }

  private boolean failed() {
    lock.lock();
    try {
      return failure != null;
    } finally {
      lock.unlock();
    }
  }

  private void endIfDone() {
    lock.lock();
    try {
      if (writing > 0 || (failure == null && !pull.complete())) {
        return;
      }
      ended.countDown();
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private interface Acceptance {
    boolean accepted() throws ProtocolException;
  }
}
