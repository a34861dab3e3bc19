package io.landfall.transfer.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.codec.Payloads;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Data;
import io.landfall.protocol.message.TransferMessage.Open;
import io.landfall.protocol.message.TransferMessage.Opened;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.protocol.message.TransferMessage.Zero;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// One schedule: a source, a pull, lanes between them, writes that end in any order, and a seeded
/// choice of what happens next.
final class Simulation {
  private static final int MAX_STEPS = 200_000;

  private final HeapOnly memory = new HeapOnly();

  private final SplittableRandom random;
  private final int lieOneIn;
  private final MemoryDevice device;
  private final List<Range> ranges;
  private final Source source;
  private final Pull pull;
  private final Purse credit;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Write> writes = new ArrayList<>();
  private final byte[] received;
  private final byte[] timesWritten;
  private int nextLane;
  private int nextRequest = 1;

  Simulation(int seed, int lieOneIn) {
    this(seed, lieOneIn, device(seed), null);
  }

  Simulation(int seed, int lieOneIn, MemoryDevice device, List<Range> ranges) {
    this.random = new SplittableRandom(seed);
    this.lieOneIn = lieOneIn;
    this.device = device;
    this.ranges = ranges == null ? someRanges() : ranges;
    this.received = new byte[(int) device.sizeBytes()];
    this.timesWritten = new byte[received.length];
    this.source = new Source(_ -> Optional.of(Export.of(device)), memory);
    Opened opened = (Opened) source.open(new Open(1, "disk"));
    int want = random.nextInt(1, 100) * 4096;
    PullSettings settings =
        new PullSettings(
            want * (long) random.nextInt(1, 5),
            want,
            want * (long) random.nextInt(1, 5),
            List.of(Priority.values()).get(random.nextInt(Priority.values().length)),
            random.nextInt(4) == 0 ? random.nextBoolean() ? Codec.LZ4 : Codec.ZSTD : Codec.PLAIN);
    this.credit = new Purse(want * (long) random.nextInt(1, 8));
    this.pull = new Pull(opened.handle(), this.ranges, settings, credit, () -> nextRequest++);
    openLane();
  }

  private static MemoryDevice device(int seed) {
    SplittableRandom random = new SplittableRandom(~seed);
    MemoryDevice device = new MemoryDevice(random.nextInt(1, 700_000));
    for (int i = random.nextInt(12); i > 0; i--) {
      int length = (int) Math.min(device.sizeBytes(), random.nextInt(1, 200_000));
      byte[] bytes = new byte[length];
      if (random.nextBoolean()) {
        random.nextBytes(bytes);
      } else {
        Arrays.fill(bytes, (byte) random.nextInt(3));
      }
      device.write(random.nextLong(device.sizeBytes() - length + 1), ByteBuffer.wrap(bytes));
    }
    return device;
  }

  private List<Range> someRanges() {
    if (random.nextInt(3) == 0) {
      return List.of(new Range(0, device.sizeBytes()));
    }
    List<Range> some = new ArrayList<>();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      long offset = random.nextLong(device.sizeBytes());
      some.add(new Range(offset, random.nextLong(device.sizeBytes() - offset) + 1));
    }
    return some;
  }

  void run() throws ProtocolException {
    for (int step = 0; !pull.complete(); step++) {
      assertThat(step).as("steps without an end").isLessThan(MAX_STEPS);
      step();
    }
  }

  void runSome(int steps) throws ProtocolException {
    for (int step = 0; step < steps && !pull.complete(); step++) {
      step();
    }
  }

  private void step() throws ProtocolException {
    if (lanes.isEmpty()) {
      openLane();
    }
    Lane lane = lanes.get(random.nextInt(lanes.size()));
    switch (random.nextInt(40)) {
      case 0 -> loseLane(lane);
      case 1 -> openLane();
      case 2, 3, 4, 5, 6, 7 -> pull.next(lane.id).ifPresent(lane.wants::add);
      case 8, 9, 10, 11, 12, 13 -> lane.reachSource();
      case 14, 15, 16, 17, 18, 19, 20, 21, 22 -> lane.answerSome();
      case 23, 24, 25, 26, 27, 28, 29, 30, 31 -> lane.reachPull();
      default -> writeSome();
    }
  }

  private void openLane() {
    if (lanes.size() < 4) {
      Lane lane = new Lane(nextLane++);
      lanes.add(lane);
      pull.openLane(lane.id);
    }
  }

  private void loseLane(Lane lane) {
    lanes.remove(lane);
    lane.drop();
    pull.closeLane(lane.id);
  }

  private void writeSome() {
    if (!writes.isEmpty()) {
      Write write = writes.remove(random.nextInt(writes.size()));
      System.arraycopy(write.bytes, 0, received, (int) write.offset, write.bytes.length);
      for (int i = 0; i < write.bytes.length; i++) {
        timesWritten[(int) write.offset + i]++;
      }
      pull.written(write.lane, write.bytes.length);
    }
  }

  /// Cancels, then lets everything that is under way arrive.
  void cancel() throws ProtocolException {
    pull.cancel();
    for (Lane lane : lanes) {
      assertThat(pull.next(lane.id)).isEmpty();
      while (!lane.wants.isEmpty() || !lane.answers.isEmpty() || !lane.arriving.isEmpty()) {
        lane.reachSource();
        lane.answerSome();
        lane.reachPull();
      }
    }
    while (!writes.isEmpty()) {
      writeSome();
    }
  }

  void assertExact() {
    byte[] expected = new byte[received.length];
    byte[] once = new byte[received.length];
    for (Range range : Range.merged(ranges)) {
      ByteBuffer part = ByteBuffer.wrap(expected, (int) range.offset(), (int) range.length());
      device.read(range.offset(), part);
      Arrays.fill(once, (int) range.offset(), (int) range.end(), (byte) 1);
    }
    assertThat(Arrays.mismatch(timesWritten, once)).as("times written").isEqualTo(-1);
    assertThat(Arrays.mismatch(received, expected)).as("content").isEqualTo(-1);
    close();
    assertCreditReturned("after the end");
  }

  /// What was written before the lie was found out is right, and inside what was asked.
  void assertNothingWrongWritten() {
    byte[] expected = new byte[received.length];
    device.read(0, ByteBuffer.wrap(expected));
    for (int i = 0; i < received.length; i++) {
      assertThat(timesWritten[i]).isLessThanOrEqualTo((byte) 1);
      if (timesWritten[i] == 1 && received[i] != expected[i]) {
        throw new AssertionError("byte " + i + " is wrong");
      }
    }
  }

  void assertCreditReturned(String when) {
    assertThat(credit.left).as(when).isEqualTo(credit.all);
  }

  void close() {
    lanes.forEach(Lane::drop);
    lanes.clear();
    source.close();
    assertThat(memory.given).as("leaked").allMatch(buffer -> buffer.refCnt() == 0);
  }

  /// Remembers what it gave: cheaper than buffers outside the heap, and stricter than sampling.
  private static final class HeapOnly extends AbstractByteBufAllocator {
    final List<ByteBuf> given = new ArrayList<>();

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      ByteBuf buffer = new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
      given.add(buffer);
      return buffer;
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      return newHeapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  /// Accepted bytes whose write has not ended.
  private static final class Write {
    final int lane;
    final long offset;
    final byte[] bytes;

    Write(int lane, long offset, byte[] bytes) {
      this.lane = lane;
      this.offset = offset;
      this.bytes = bytes;
    }
  }

  private static final class Purse implements Credit {
    final long all;
    long left;

    Purse(long all) {
      this.all = all;
      this.left = all;
    }

    @Override
    public boolean take(int bytes) {
      if (left < bytes) {
        return false;
      }
      left -= bytes;
      return true;
    }

    @Override
    public void give(int bytes) {
      left += bytes;
      assertThat(left).isLessThanOrEqualTo(all);
    }
  }

  private final class Lane {
    final int id;
    final Deque<Want> wants = new ArrayDeque<>();
    final List<Answer> answers = new ArrayList<>();
    final Deque<TransferMessage> arriving = new ArrayDeque<>();

    Lane(int id) {
      this.id = id;
    }

    void reachSource() {
      Want want = wants.poll();
      if (want != null) {
        answers.add(source.want(want));
      }
    }

    /// Any answer may go next: only within one is there an order.
    void answerSome() {
      if (!answers.isEmpty()) {
        int chosen = random.nextInt(answers.size());
        List<TransferMessage> frames = answers.get(chosen).next(AdaptiveCompression.always());
        if (frames.isEmpty()) {
          answers.remove(chosen);
        }
        frames.forEach(frame -> arriving.add(lieOneIn > 0 ? perhapsLying(frame) : frame));
      }
    }

    void reachPull() throws ProtocolException {
      switch (arriving.poll()) {
        case null -> {}
        case Data data -> {
          try {
            if (pull.accept(id, data)) {
              writes.add(new Write(id, data.offset(), plain(data)));
            }
          } finally {
            data.close();
          }
        }
        case Zero zero -> {
          if (pull.accept(id, zero)) {
            writes.add(new Write(id, zero.offset(), new byte[zero.length()]));
          }
        }
        case TransferMessage other -> throw new AssertionError("unexpected " + other);
      }
    }

    void drop() {
      for (TransferMessage message : arriving) {
        if (message instanceof Data data) {
          data.close();
        }
      }
      arriving.clear();
      answers.forEach(Answer::close);
      answers.clear();
    }
  }

  private byte[] plain(Data data) throws ProtocolException {
    var plain =
        Payloads.plain(
            new Data(
                data.request(),
                data.handle(),
                data.offset(),
                data.rawLength(),
                data.codec(),
                data.payload().retain()),
            memory);
    byte[] bytes = new byte[plain.readableBytes()];
    plain.readBytes(bytes);
    plain.release();
    return bytes;
  }

  /// The right bytes for the wrong place, or for somebody else: what a checksum does not notice.
  private TransferMessage perhapsLying(TransferMessage frame) {
    if (random.nextInt(lieOneIn) > 0) {
      return frame;
    }
    int by = random.nextInt(1, 5000);
    boolean request = random.nextInt(3) == 0;
    return switch (frame) {
      case Data d when d.codec() == Codec.PLAIN ->
          new Data(
              request ? d.request() + by : d.request(),
              d.handle(),
              d.offset() + by,
              d.rawLength(),
              d.codec(),
              d.payload());
      case Zero z ->
          new Zero(
              request ? z.request() + by : z.request(),
              z.handle() + (request ? 0 : 1),
              z.offset() + (request ? by : 0),
              z.length());
      default -> frame;
    };
  }
}
