package io.landfall.transfer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.nbd.NbdOption;
import io.landfall.snapshot.device.MemoryDevice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NegotiationTest {
  private static final int ACK = 1;
  private static final int INVALID = 0x8000_0003;
  private static final int TLS_REQUIRED = 0x8000_0005;
  private static final int UNKNOWN = 0x8000_0006;

  private final NbdExport export =
      NbdExport.writable("disk", new MemoryDevice(1 << 20))
          .withBitmap("since", new MemoryDevice(1 << 20));
  private final Negotiation plain = new Negotiation(NbdExports.only(export), TlsMode.NONE);

  /// The types of the replies to one option.
  private static List<Integer> replies(Negotiation negotiation, NbdOption option) {
    ByteBuf out = Unpooled.buffer();
    negotiation.take(option, true, out);
    return types(out);
  }

  private static List<Integer> types(ByteBuf out) {
    List<Integer> types = new ArrayList<>();
    while (out.isReadable()) {
      out.skipBytes(12);
      types.add(out.readInt());
      out.skipBytes(out.readInt());
    }
    return types;
  }

  private static NbdOption.SetMetaContext choose(String export, String... queries) {
    return new NbdOption.SetMetaContext(export, List.of(queries));
  }

  @Test
  void infoAndGoAgree() {
    assertThat(replies(plain, new NbdOption.InfoOf("", List.of()))).containsExactly(3, 3, 3, ACK);
    assertThat(replies(plain, new NbdOption.Go("", List.of()))).containsExactly(3, 3, 3, ACK);
  }

  @Test
  void anUnknownExportIsRefusedAndTheClientMayAskOn() {
    assertThat(replies(plain, new NbdOption.Go("other", List.of()))).containsExactly(UNKNOWN);
    ByteBuf out = Unpooled.buffer();
    assertThat(plain.take(new NbdOption.Go("disk", List.of()), true, out))
        .isInstanceOf(Negotiation.Outcome.Transmit.class);
  }

  @Test
  void theOldWayToAskForAnUnknownExportEndsTheConnection() {
    assertThat(plain.take(new NbdOption.ExportName("other"), true, Unpooled.buffer()))
        .isInstanceOf(Negotiation.Outcome.Close.class);
  }

  @Test
  void blockStatusNeedsStructuredReplies() {
    assertThat(replies(plain, choose("disk", "base:allocation"))).containsExactly(INVALID);
    replies(plain, new NbdOption.StructuredReply());
    assertThat(replies(plain, choose("disk", "base:allocation", "no:such")))
        .containsExactly(4, ACK);
    assertThat(replies(plain, choose("disk", "base:"))).containsExactly(ACK);
  }

  @Test
  void aNamespaceListsWhatIsInIt() {
    assertThat(replies(plain, new NbdOption.ListMetaContext("disk", List.of())))
        .containsExactly(4, 4, ACK);
    assertThat(replies(plain, new NbdOption.ListMetaContext("disk", List.of("base:"))))
        .containsExactly(4, ACK);
    assertThat(replies(plain, new NbdOption.ListMetaContext("disk", List.of("qemu:"))))
        .containsExactly(4, ACK);
    assertThat(replies(plain, new NbdOption.ListMetaContext("disk", List.of("other:"))))
        .containsExactly(ACK);
  }

  @Test
  void withTlsRequiredNothingIsToldWithoutIt() {
    Negotiation secure = new Negotiation(NbdExports.only(export), TlsMode.REQUIRED);
    assertThat(replies(secure, new NbdOption.ListExports())).containsExactly(TLS_REQUIRED);
    assertThat(replies(secure, new NbdOption.Go("disk", List.of()))).containsExactly(TLS_REQUIRED);
    assertThat(secure.take(new NbdOption.ExportName("disk"), true, Unpooled.buffer()))
        .isInstanceOf(Negotiation.Outcome.Close.class);
    assertThat(secure.take(new NbdOption.StartTls(), true, Unpooled.buffer()))
        .isInstanceOf(Negotiation.Outcome.StartTls.class);
    secure.secured();
    assertThat(replies(secure, new NbdOption.ListExports())).containsExactly(2, ACK);
    assertThat(replies(secure, new NbdOption.StartTls())).containsExactly(INVALID);
  }

  @Test
  void tlsForgetsWhatWasAgreedOnBefore() {
    replies(plain, new NbdOption.StructuredReply());
    plain.secured();
    assertThat(replies(plain, choose("disk", "base:allocation"))).containsExactly(INVALID);
  }
}
