package io.landfall.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Data;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PayloadsTest {
  private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

  private static Data plain(byte[] bytes) {
    ByteBuf payload = ALLOCATOR.directBuffer(bytes.length).writeBytes(bytes);
    return new Data(1, 2, 4096, bytes.length, Codec.PLAIN, payload);
  }

  @Test
  void compressibleBytesComeBack() throws ProtocolException {
    byte[] text =
        "the same words over and over; "
            .repeat(5000)
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Data packed = Payloads.compress(plain(text), ALLOCATOR);
    assertThat(packed.codec()).isEqualTo(Codec.LZ4);
    assertThat(packed.payload().readableBytes()).isLessThan(text.length / 10);
    ByteBuf back = Payloads.plain(packed, ALLOCATOR);
    byte[] bytes = new byte[back.readableBytes()];
    back.readBytes(bytes);
    back.release();
    assertThat(bytes).isEqualTo(text);
  }

  @Test
  void incompressibleBytesStayAsTheyAre() {
    byte[] noise = new byte[256 << 10];
    new SplittableRandom(1).nextBytes(noise);
    Data data = Payloads.compress(plain(noise), ALLOCATOR);
    assertThat(data.codec()).isEqualTo(Codec.PLAIN);
    data.close();
  }

  @Test
  void damagedOrMisannouncedBlockIsRefused() {
    ByteBuf garbage = ALLOCATOR.directBuffer(64).writeZero(32).writeLong(-1L);
    assertThatThrownBy(() -> Payloads.plain(new Data(1, 2, 0, 4096, Codec.LZ4, garbage), ALLOCATOR))
        .isInstanceOf(ProtocolException.class);
    Data packed = Payloads.compress(plain(new byte[8192]), ALLOCATOR);
    Data longer = new Data(1, 2, 0, 8193, Codec.LZ4, packed.payload());
    assertThatThrownBy(() -> Payloads.plain(longer, ALLOCATOR))
        .isInstanceOf(ProtocolException.class);
  }
}
