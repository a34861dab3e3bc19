package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.codec.FrameDecoder;
import io.landfall.protocol.codec.FrameEncoder;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.Token;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Auth;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.ProofKey;
import io.landfall.protocol.message.TransferMessage.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Peers that do not play by the rules, over real sockets: each is refused with one sentence, holds
/// no memory, and a session that was there before goes on.
@Timeout(120)
class HostilePeerTest {
  private static final long BOUND = 32 << 20;
  private static final int FUZZED = 400;

  private Endpoint server;
  private Endpoint client;
  private InetSocketAddress address;
  private Peer honest;

  @BeforeEach
  void open() throws IOException {
    server =
        Endpoint.open(
            EndpointSettings.of("server").withDirectMemoryBytes(BOUND), Admission.thisMachine());
    client = Endpoint.open(EndpointSettings.of("client"), Admission.thisMachine());
    address =
        server.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            peer -> peer.onRequest(json -> "re:" + json));
    honest = client.connect(address);
  }

  @AfterEach
  void close() throws IOException {
    assertThat(honest.request("still here")).isEqualTo("re:still here");
    assertThat(server.directMemoryBytes()).isLessThanOrEqualTo(BOUND);
    client.close();
    server.close();
  }

  private List<TransferMessage> heard(byte[] bytes) throws IOException {
    return heard(bytes, false);
  }

  /// Sends bytes and hears what comes back until the other side closes.
  ///
  /// @param thenEnd says that nothing follows, for bytes that may be taken for a part of a frame
  private List<TransferMessage> heard(byte[] bytes, boolean thenEnd) throws IOException {
    List<TransferMessage> heard = new ArrayList<>();
    try (Socket socket = new Socket(address.getAddress(), address.getPort());
        FrameDecoder decoder = new FrameDecoder(UnpooledByteBufAllocator.DEFAULT)) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      InputStream in = socket.getInputStream();
      try {
        out.write(bytes);
        out.flush();
        if (thenEnd) {
          socket.shutdownOutput();
        }
        byte[] buffer = new byte[4096];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          decoder.feed(Unpooled.wrappedBuffer(buffer, 0, n), heard::add);
        }
      } catch (java.net.SocketException reset) {
        return heard; // it closed while we were still sending
      } catch (ProtocolException e) {
        throw new AssertionError("the server sent what is no frame", e);
      }
    }
    return heard;
  }

  private static byte[] frames(TransferMessage... messages) {
    ByteBuf all = Unpooled.buffer();
    for (TransferMessage message : messages) {
      FrameEncoder.encode(
          message,
          UnpooledByteBufAllocator.DEFAULT,
          frame -> {
            all.writeBytes(frame);
            frame.release();
          });
    }
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }

  private static Hello hello() {
    return new Hello(1, 1, Role.CONTROL, 1, UUID.randomUUID(), "mallory");
  }

  private static void assertRefused(List<TransferMessage> heard, ErrorCode code, String sentence) {
    assertThat(heard).isNotEmpty();
    assertThat(heard.getLast())
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.sentence()).contains(sentence).doesNotContain("\n");
            });
  }

  @Test
  void fuzzedBytesAreRefusedAndNothingIsHeldForThem() throws IOException {
    byte[] good = frames(hello(), new Auth(ProofKey.LOCAL, KeyProof.nonce(), KeyProof.nonce()));
    for (int seed = 0; seed < FUZZED; seed++) {
      Random random = new Random(seed);
      byte[] bytes = good.clone();
      int flips = 1 + random.nextInt(8);
      for (int i = 0; i < flips; i++) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      List<TransferMessage> heard = heard(bytes, true);
      assertThat(heard.stream().noneMatch(Hello.class::isInstance)).as("seed " + seed).isTrue();
    }
  }

  @Test
  void otherProtocolIsToldWhoWeAre() throws IOException {
    assertRefused(
        heard(
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n and more than a header"
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
        ErrorCode.PROTOCOL_VIOLATION,
        "not a Landfall peer");
  }

  @Test
  void longFrameBeforeAdmissionIsRefusedByItsHeader() throws IOException {
    byte[] frame = frames(new TransferMessage.Request(1, "x".repeat(9000)));
    assertRefused(heard(frame), ErrorCode.LIMIT_EXCEEDED, "from a peer that is not admitted yet");
  }

  @Test
  void lengthOverItsBoundIsRefusedBeforeItIsAllocated() throws IOException {
    byte[] frame = frames(new TransferMessage.Note(""));
    java.nio.ByteBuffer header = java.nio.ByteBuffer.wrap(frame);
    header.putInt(20, Integer.MAX_VALUE);
    CRC32C crc = new CRC32C();
    crc.update(frame, 0, 36);
    header.putInt(36, (int) crc.getValue());
    assertRefused(heard(frame), ErrorCode.LIMIT_EXCEEDED, "2147483647 bytes of payload");
  }

  @Test
  void whoDoesNotProveItIsNotAdmitted() throws IOException {
    assertRefused(
        heard(frames(hello(), new TransferMessage.Open(1, "disk"))),
        ErrorCode.PROTOCOL_VIOLATION,
        "Open before it is admitted");
    assertRefused(
        heard(frames(hello(), new Auth(ProofKey.LOCAL, KeyProof.nonce(), KeyProof.nonce()))),
        ErrorCode.NOT_AUTHORISED,
        "its proof was not made with our LOCAL key");
    assertRefused(
        heard(frames(hello(), new Auth(ProofKey.POOL, KeyProof.nonce(), KeyProof.nonce()))),
        ErrorCode.NOT_AUTHORISED,
        "opens nothing here");
    assertRefused(
        heard(frames(hello(), new Auth(ProofKey.NONE, KeyProof.nonce(), Token.NONE))),
        ErrorCode.NOT_AUTHORISED,
        "opens nothing here");
  }

  @Test
  void tlsWithoutAPoolIsToldSoInPlainText() throws IOException {
    byte[] clientHello = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
    assertRefused(heard(clientHello), ErrorCode.NOT_AUTHORISED, "belongs to no pool");
  }

  @Test
  void halfOpenConnectionsAreBoundedInNumberAndTime() throws Exception {
    EndpointSettings hasty =
        EndpointSettings.of("hasty").withLiveness(Duration.ofSeconds(1), Duration.ofSeconds(2));
    try (Endpoint bounded = Endpoint.open(hasty, Admission.thisMachine())) {
      InetSocketAddress there =
          bounded.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), peer -> {});
      List<Socket> silent = new ArrayList<>();
      try {
        for (int i = 0; i < 80; i++) {
          silent.add(new Socket(there.getAddress(), there.getPort()));
        }
        for (Socket socket : silent) {
          socket.setSoTimeout(20_000);
          var _ = socket.getInputStream().readAllBytes(); // to the end: it was closed
        }
        try (Peer late = client.connect(there)) {
          assertThat(late.name()).isEqualTo("hasty");
        }
      } finally {
        for (Socket socket : silent) {
          socket.close();
        }
      }
    }
  }
}
