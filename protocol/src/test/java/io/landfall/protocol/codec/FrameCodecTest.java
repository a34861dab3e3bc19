package io.landfall.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FrameCodecTest {
  private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

  static ByteBuf encoded(TransferMessage message) {
    ByteBuf all = Unpooled.buffer();
    FrameEncoder.encode(
        message,
        ALLOCATOR,
        part -> {
          all.writeBytes(part);
          part.release();
        });
    return all;
  }

  static List<TransferMessage> decoded(ByteBuf bytes, int step) throws ProtocolException {
    List<TransferMessage> messages = new ArrayList<>();
    try (FrameDecoder decoder = new FrameDecoder(ALLOCATOR)) {
      while (bytes.isReadable()) {
        ByteBuf part = bytes.readSlice(Math.min(step, bytes.readableBytes()));
        decoder.feed(part, messages::add);
      }
    }
    return messages;
  }

  private static void release(List<TransferMessage> messages) {
    for (TransferMessage message : messages) {
      if (message instanceof TransferMessage.Data data) {
        data.close();
      }
    }
  }

  /// Frozen: a change of these bytes is a new version of the protocol.
  @TestFactory
  Stream<DynamicTest> bytesOfEachMessageAreFrozen() throws IOException {
    Map<String, String> golden = golden();
    assertThat(new TreeSet<>(golden.keySet())).isEqualTo(new TreeSet<>(Messages.all().keySet()));
    return Messages.all().entrySet().stream()
        .map(entry ->
            DynamicTest.dynamicTest(
                entry.getKey(),
                () ->
                    assertThat(ByteBufUtil.hexDump(encoded(entry.getValue())))
                        .isEqualTo(golden.get(entry.getKey()))));
  }

  private static Map<String, String> golden() throws IOException {
    Map<String, String> golden = new LinkedHashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                FrameCodecTest.class.getResourceAsStream("/golden/frames-v1.txt"),
                StandardCharsets.US_ASCII))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line ->
              golden.put(
                  line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1)));
    }
    return golden;
  }

  @TestFactory
  Stream<DynamicTest> messageSurvivesHoweverTheNetworkCutsIt() {
    return Messages.all().keySet().stream()
        .map(name ->
            DynamicTest.dynamicTest(
                name,
                () -> {
                  for (int step : new int[] {1, 7, 39, 40, 41, 4096}) {
                    List<TransferMessage> messages =
                        decoded(encoded(Messages.all().get(name)), step);
                    assertThat(messages).containsExactly(Messages.all().get(name));
                    release(messages);
                  }
                }));
  }

  @Test
  void framesBehindEachOtherAreToldApart() throws ProtocolException {
    ByteBuf stream = Unpooled.buffer();
    Messages.all().values().forEach(message -> stream.writeBytes(encoded(message)));
    List<TransferMessage> messages = decoded(stream, 97);
    assertThat(messages).containsExactlyElementsOf(Messages.all().values());
    release(messages);
  }

  @Test
  void everyFlippedBitIsNoticed() {
    ByteBuf frame = encoded(Messages.all().get("data-plain"));
    for (int bit = 0; bit < frame.readableBytes() * 8; bit++) {
      ByteBuf damaged = frame.copy();
      damaged.setByte(bit / 8, damaged.getByte(bit / 8) ^ (1 << bit % 8));
      assertThatThrownBy(() -> decoded(damaged, 4096))
          .as("bit %s", bit)
          .isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void anotherProtocolIsToldApartFromDamage() {
    ByteBuf http =
        Unpooled.copiedBuffer(
            "GET / HTTP/1.1\r\nHost: somewhere.example\r\n\r\n", StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> decoded(http, 4096))
        .hasMessage("not a Landfall peer: a frame starts with byte 0x47, expected 0x4c");
  }

  @Test
  void anotherVersionIsNamed() {
    ByteBuf frame = encoded(new TransferMessage.Fin(1));
    frame.setByte(1, 9);
    assertThatThrownBy(() -> decoded(frame, 4096))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_UNSUPPORTED))
        .hasMessage("frame version 9, this side reads version 1");
  }

  @Test
  void reservedAndUnknownTypesAreRefused() {
    for (int type : new int[] {0, 10, 13, 14, 24, 255}) {
      ByteBuf frame = encoded(new TransferMessage.Fin(1));
      frame.setByte(2, type);
      frame.setInt(36, Crc.of(frame, 0, 36));
      assertThatThrownBy(() -> decoded(frame, 4096))
          .hasMessage("frame type " + type + " is unknown to version 1");
    }
  }

  @Test
  void announcedLengthIsBoundedBeforeAnythingIsAllocated() {
    for (FrameType type : FrameType.values()) {
      ByteBuf header = Unpooled.buffer(40).writerIndex(40);
      new FrameHeader(type, 0, 0, 0, 0, type.maxPayload + 1, 0, 0).write(header, 0);
      assertThatThrownBy(() -> decoded(header, 4096))
          .as(type.name())
          .isInstanceOfSatisfying(
              ProtocolException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED))
          .hasMessageContaining("announces");
    }
  }

  @Test
  void errorCodeOfANewerPeerStillHasItsSentence() throws ProtocolException {
    ByteBuf frame = encoded(new TransferMessage.Failure(1, ErrorCode.BUSY, "come back"));
    frame.setInt(40, 999);
    frame.setInt(28, Crc.of(frame, 40, frame.readableBytes() - 40));
    frame.setInt(36, Crc.of(frame, 0, 36));
    assertThat(decoded(frame, 4096))
        .containsExactly(
            new TransferMessage.Failure(1, ErrorCode.INTERNAL, "error 999: come back"));
  }

  @Test
  void errorNumbersAreFrozen() {
    assertThat(
            Stream.of(ErrorCode.values())
                .map(code -> code.number() + " " + code + " " + code.remedy()))
        .containsExactly(
            "1 PROTOCOL_VIOLATION ABORT",
            "2 VERSION_UNSUPPORTED FIX_AND_RETRY",
            "3 LIMIT_EXCEEDED ABORT",
            "4 NO_SUCH_SESSION RETRY_LATER",
            "5 NOT_AUTHORISED FIX_AND_RETRY",
            "6 NO_SUCH_EXPORT FIX_AND_RETRY",
            "7 NO_SUCH_HANDLE ABORT",
            "8 OUT_OF_RANGE ABORT",
            "9 NO_MANIFEST ABORT",
            "10 SOURCE_READ_FAILED REFETCH",
            "11 CONTENT_MISMATCH REFETCH",
            "12 BUSY RETRY_LATER",
            "13 REQUEST_FAILED FIX_AND_RETRY",
            "14 INTERNAL ABORT",
            "15 GOING_AWAY RETRY_LATER",
            "16 DISK_FULL RETRY_LATER",
            "17 JOB_UNFIT FIX_AND_RETRY");
  }
}
