package io.landfall.protocol.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RequestReaderTest {
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

  private static ByteBuf header(int command, long cookie, long offset, long length) {
    return Unpooled.buffer()
        .writeInt(0x25609513)
        .writeShort(1)
        .writeShort(command)
        .writeLong(cookie)
        .writeLong(offset)
        .writeInt((int) length);
  }

  private void requireNothingHeld() {
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }

  @Test
  void readsRequestsHoweverTheyAreCut() throws Exception {
    ByteBuf sent =
        Unpooled.wrappedBuffer(
            header(0, 1, 4096, 512),
            header(1, 2, 0, 3).writeBytes(new byte[] {7, 8, 9}),
            header(77, 3, -1, 0xffff_ffffL));
    ByteBuf in = Unpooled.buffer();
    List<NbdRequest> read = new ArrayList<>();
    try (RequestReader reader = new RequestReader(allocator, _ -> true)) {
      while (sent.isReadable()) {
        in.writeByte(sent.readByte());
        RequestReader.Received received = reader.next(in);
        if (received != null) {
          read.add(received.request());
          if (received.payload() != null) {
            assertThat(received.payload().getByte(2)).isEqualTo((byte) 9);
            received.payload().release();
          }
        }
      }
    }
    assertThat(read)
        .containsExactly(
            new NbdRequest(1, NbdCommand.READ, 1, 4096, 512),
            new NbdRequest(1, NbdCommand.WRITE, 2, 0, 3),
            new NbdRequest(1, NbdCommand.UNKNOWN, 3, -1, 0xffff_ffffL));
    requireNothingHeld();
  }

  @Test
  void nothingIsAllocatedBeforeTheGateOpens() throws Exception {
    AtomicBoolean open = new AtomicBoolean();
    ByteBuf in = header(1, 1, 0, 1 << 20).writeBytes(new byte[100]);
    try (RequestReader reader = new RequestReader(allocator, _ -> open.get())) {
      assertThat(reader.next(in)).isNull();
      assertThat(reader.midRequest()).isFalse();
      requireNothingHeld();
      open.set(true);
      assertThat(reader.next(in)).isNull();
      assertThat(reader.midRequest()).isTrue();
      assertThat(allocator.metric().usedDirectMemory()).isEqualTo(1 << 20);
      assertThat(in.isReadable()).isFalse();
    }
    requireNothingHeld();
  }

  @Test
  void aPayloadThatIsTooLongIsPassedOverWithoutBeingHeld() throws Exception {
    long length = NbdRequest.MAX_PAYLOAD_BYTES + 1L;
    try (RequestReader reader = new RequestReader(allocator, _ -> true)) {
      ByteBuf in = header(1, 1, 0, length);
      assertThat(reader.next(in)).isNull();
      ByteBuf megabyte = Unpooled.wrappedBuffer(new byte[1 << 20]);
      for (int i = 0; i < 32; i++) {
        assertThat(reader.next(megabyte.readerIndex(0))).isNull();
      }
      requireNothingHeld();
      RequestReader.Received refused = reader.next(Unpooled.wrappedBuffer(new byte[1]));
      assertThat(refused.request().oversized()).isTrue();
      assertThat(refused.payload()).isNull();
      assertThat(reader.next(header(3, 2, 0, 0)).request().command()).isEqualTo(NbdCommand.FLUSH);
    }
  }

  @Test
  void whatIsNoRequestEndsTheConnection() {
    assertThatThrownBy(() ->
            new RequestReader(allocator, _ -> true).next(Unpooled.wrappedBuffer(new byte[28])))
        .isInstanceOf(NbdProtocolException.class)
        .hasMessage("request magic 00000000, expected 25609513");
  }

  @Test
  void damagedRequestsLeaveNothingBehind() {
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      ByteBuf sent =
          Unpooled.wrappedBuffer(
              header(1, 1, 0, 64).writeBytes(new byte[64]),
              header(0, 2, 0, 64),
              header(6, 3, 0, 64));
      for (int i = 0; i < 3; i++) {
        sent.setByte(random.nextInt(sent.readableBytes()), random.nextInt());
      }
      ByteBuf cut = sent.readSlice(random.nextInt(sent.readableBytes()));
      try (RequestReader reader = new RequestReader(allocator, _ -> true)) {
        RequestReader.Received received = reader.next(cut);
        while (received != null) {
          if (received.payload() != null) {
            received.payload().release();
          }
          received = reader.next(cut);
        }
      } catch (NbdProtocolException refused) {
        assertThat(refused).as("seed %d", seed).hasMessageContaining("magic");
      }
    }
    requireNothingHeld();
  }
}
