package io.landfall.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.TransferMessage;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Mutated frames, with checksums mended so that they get past the door: whatever a peer sends, the
/// decoder throws nothing but ProtocolException and allocates no more than one frame may have.
class FrameFuzzTest {
  private static final int ROUNDS = 60_000;

  @Test
  void mutatedFrameIsRefusedOrIsAMessage() {
    List<ByteBuf> frames = new ArrayList<>();
    Messages.all().values().forEach(message -> frames.add(FrameCodecTest.encoded(message)));
    int messages = 0;
    int refusals = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ByteBuf frame = mutated(frames.get(random.nextInt(frames.size())).copy(), random);
      Bounded allocator = new Bounded();
      List<TransferMessage> out = new ArrayList<>();
      try (FrameDecoder decoder = new FrameDecoder(allocator)) {
        decoder.feed(frame, out::add);
        messages += out.size();
      } catch (ProtocolException e) {
        assertThat(e.getMessage()).as("seed %s", seed).isNotBlank();
        refusals++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
      out.forEach(FrameFuzzTest::release);
      assertThat(allocator.usedBytes()).as("leak, seed %s", seed).isZero();
    }
    // Both must happen often, or the mutations test nothing.
    assertThat(messages).isGreaterThan(ROUNDS / 20);
    assertThat(refusals).isGreaterThan(ROUNDS / 20);
  }

  private static void release(TransferMessage message) {
    if (message instanceof TransferMessage.Data data) {
      data.close();
    }
  }

  private static ByteBuf mutated(ByteBuf frame, SplittableRandom random) {
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      int at = random.nextInt(frame.readableBytes());
      switch (random.nextInt(5)) {
        case 0 -> frame.setByte(at, random.nextInt());
        case 1 -> frame.setByte(at, frame.getByte(at) ^ (1 << random.nextInt(8)));
        case 2 -> frame.setByte(at, random.nextBoolean() ? 0xFF : 0);
        case 3 -> frame.setInt(Math.min(at, frame.readableBytes() - 4), extreme(random));
        default -> frame = resized(frame, random);
      }
    }
    if (random.nextInt(8) > 0) {
      mend(frame);
    }
    return frame;
  }

  private static int extreme(SplittableRandom random) {
    int[] extremes = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 4096, 4097, 1 << 20, 1 << 24};
    return extremes[random.nextInt(extremes.length)];
  }

  private static ByteBuf resized(ByteBuf frame, SplittableRandom random) {
    int length = random.nextInt(FrameHeader.SIZE_BYTES, frame.readableBytes() + 64);
    ByteBuf other = Unpooled.buffer(length);
    other.writeBytes(frame, 0, Math.min(length, frame.readableBytes()));
    while (other.readableBytes() < length) {
      other.writeByte(random.nextInt());
    }
    other.setInt(20, length - FrameHeader.SIZE_BYTES);
    return other;
  }

  /// Makes both checksums right again.
  private static void mend(ByteBuf frame) {
    int payload = frame.readableBytes() - FrameHeader.SIZE_BYTES;
    frame.setInt(28, Crc.of(frame, FrameHeader.SIZE_BYTES, payload));
    frame.setInt(36, Crc.of(frame, 0, 36));
  }

  /// Fails on a buffer that no frame may need.
  private static final class Bounded extends AbstractByteBufAllocator {
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true, true);

    Bounded() {
      super(true);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      return memory.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      assertThat(initialCapacity).isLessThanOrEqualTo(Limits.MAX_TEXT_BYTES);
      return memory.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }

    long usedBytes() {
      return memory.metric().usedDirectMemory();
    }
  }
}
