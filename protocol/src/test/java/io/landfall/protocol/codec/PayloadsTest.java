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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PayloadsTest {
  private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

  private static Data plain(byte[] bytes) {
    ByteBuf payload = ALLOCATOR.directBuffer(bytes.length).writeBytes(bytes);
    return new Data(1, 2, 4096, bytes.length, Codec.PLAIN, payload);
  }

  @ParameterizedTest
  @EnumSource(names = {"LZ4", "ZSTD"})
  void compressibleBytesComeBack(Codec codec) throws ProtocolException {
    byte[] text =
        "the same words over and over; "
            .repeat(5000)
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Data packed = Payloads.compress(plain(text), codec, ALLOCATOR);
    assertThat(packed.codec()).isEqualTo(codec);
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
    Data data = Payloads.compress(plain(noise), Codec.ZSTD, ALLOCATOR);
    assertThat(data.codec()).isEqualTo(Codec.PLAIN);
    data.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"LZ4", "ZSTD"})
  void damagedOrMisannouncedBlockIsRefused(Codec codec) {
    ByteBuf garbage = ALLOCATOR.directBuffer(64).writeZero(32).writeLong(-1L);
    assertThatThrownBy(() -> Payloads.plain(new Data(1, 2, 0, 4096, codec, garbage), ALLOCATOR))
        .isInstanceOf(ProtocolException.class);
    Data packed = Payloads.compress(plain(new byte[8192]), codec, ALLOCATOR);
    Data longer = new Data(1, 2, 0, 8193, codec, packed.payload());
    assertThatThrownBy(() -> Payloads.plain(longer, ALLOCATOR))
        .isInstanceOf(ProtocolException.class);
  }
}
