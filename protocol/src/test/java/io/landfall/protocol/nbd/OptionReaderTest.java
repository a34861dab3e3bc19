package io.landfall.protocol.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OptionReaderTest {
  private static final long MAGIC = 0x49484156454F5054L;

  private static ByteBuf flags(int flags) {
    return Unpooled.buffer().writeInt(flags);
  }

  private static ByteBuf option(ByteBuf out, int number, ByteBuf data) {
    return out.writeLong(MAGIC).writeInt(number).writeInt(data.readableBytes()).writeBytes(data);
  }

  private static ByteBuf string(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return out.writeInt(bytes.length).writeBytes(bytes);
  }

  private static ByteBuf go(String name) {
    return string(Unpooled.buffer(), name).writeShort(1).writeShort(3);
  }

  @Test
  void readsOptionsHoweverTheyAreCut() throws Exception {
    ByteBuf sent = flags(3);
    option(sent, 8, Unpooled.EMPTY_BUFFER);
    ByteBuf contexts = string(Unpooled.buffer(), "disk").writeInt(2);
    string(contexts, "base:allocation");
    string(contexts, "x:ü");
    option(sent, 10, contexts);
    option(sent, 99, Unpooled.copyInt(7));
    option(sent, 7, go("disk"));

    OptionReader reader = new OptionReader();
    ByteBuf in = Unpooled.buffer();
    List<NbdOption> read = new ArrayList<>();
    while (sent.isReadable()) {
      in.writeByte(sent.readByte());
      NbdOption option = reader.next(in);
      if (option != null) {
        read.add(option);
      }
    }
    assertThat(read)
        .containsExactly(
            new NbdOption.StructuredReply(),
            new NbdOption.SetMetaContext("disk", List.of("base:allocation", "x:ü")),
            new NbdOption.Unknown(99),
            new NbdOption.Go("disk", List.of(3)));
    assertThat(reader.noZeroes()).isTrue();
  }

  @Test
  void aMalformedOptionIsNamedAndTheNextOneRead() throws Exception {
    ByteBuf sent = flags(1);
    option(sent, 5, Unpooled.copyInt(1));
    option(sent, 7, go("disk").writeByte(0));
    option(sent, 7, Unpooled.copyInt(Integer.MAX_VALUE));
    option(sent, 9, string(Unpooled.buffer(), "disk").writeInt(-1));
    option(sent, 1, Unpooled.wrappedBuffer(new byte[] {(byte) 0xff}));
    option(sent, 1, Unpooled.wrappedBuffer(new byte[5000]));
    option(sent, 3, Unpooled.EMPTY_BUFFER);
    OptionReader reader = new OptionReader();
    for (int i = 0; i < 6; i++) {
      assertThat(reader.next(sent)).isInstanceOf(NbdOption.Malformed.class);
    }
    assertThat(reader.next(sent)).isEqualTo(new NbdOption.ListExports());
    assertThat(reader.next(sent)).isNull();
  }

  @Test
  void anOptionThatIsTooLongIsPassedOverAndRefused() throws Exception {
    ByteBuf sent = flags(1);
    option(sent, 7, Unpooled.wrappedBuffer(new byte[100_000]));
    option(sent, 2, Unpooled.EMPTY_BUFFER);
    OptionReader reader = new OptionReader();
    assertThat(reader.next(sent))
        .isInstanceOfSatisfying(
            NbdOption.Malformed.class,
            refused -> assertThat(refused.error()).isEqualTo(OptionError.TOO_BIG));
    assertThat(reader.next(sent)).isEqualTo(new NbdOption.Abort());
  }

  @Test
  void aClientThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> new OptionReader().next(flags(4).writeLong(0)))
        .isInstanceOf(NbdProtocolException.class)
        .hasMessageContaining("client flags 00000004");
    assertThatThrownBy(() -> new OptionReader().next(flags(3).writeLong(1).writeLong(0)))
        .isInstanceOf(NbdProtocolException.class)
        .hasMessageContaining("IHAVEOPT");
    assertThatThrownBy(
            () -> new OptionReader().next(flags(3).writeLong(MAGIC).writeInt(7).writeInt(-1)))
        .isInstanceOf(NbdProtocolException.class)
        .hasMessageContaining("4294967295 bytes");
  }

  @Test
  void damagedNegotiationsNeverDoMoreThanBeRefused() {
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      ByteBuf sent = flags(3);
      option(sent, 8, Unpooled.EMPTY_BUFFER);
      ByteBuf contexts = string(Unpooled.buffer(), "disk").writeInt(1);
      option(sent, 10, string(contexts, "base:allocation"));
      option(sent, 6, go(""));
      for (int i = 0; i < 3; i++) {
        sent.setByte(random.nextInt(sent.readableBytes()), random.nextInt());
      }
      OptionReader reader = new OptionReader();
      try {
        NbdOption option = reader.next(sent);
        while (option != null) {
          option = reader.next(sent);
        }
      } catch (NbdProtocolException refused) {
        assertThat(refused).as("seed %d", seed).hasMessageMatching(".+");
      }
    }
  }
}
