package io.landfall.protocol.codec;

import static io.landfall.protocol.error.ErrorCode.INTERNAL;
import static io.landfall.protocol.error.ErrorCode.PROTOCOL_VIOLATION;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.Limits;
import io.landfall.protocol.message.Token;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.AskManifest;
import io.landfall.protocol.message.TransferMessage.AskPages;
import io.landfall.protocol.message.TransferMessage.Auth;
import io.landfall.protocol.message.TransferMessage.Data;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Fin;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.IdRun;
import io.landfall.protocol.message.TransferMessage.ManifestPage;
import io.landfall.protocol.message.TransferMessage.ManifestState;
import io.landfall.protocol.message.TransferMessage.MapExtent;
import io.landfall.protocol.message.TransferMessage.MapRange;
import io.landfall.protocol.message.TransferMessage.Mapped;
import io.landfall.protocol.message.TransferMessage.Mark;
import io.landfall.protocol.message.TransferMessage.MarkedRange;
import io.landfall.protocol.message.TransferMessage.Note;
import io.landfall.protocol.message.TransferMessage.Notice;
import io.landfall.protocol.message.TransferMessage.Open;
import io.landfall.protocol.message.TransferMessage.Opened;
import io.landfall.protocol.message.TransferMessage.Pages;
import io.landfall.protocol.message.TransferMessage.ProofKey;
import io.landfall.protocol.message.TransferMessage.Reply;
import io.landfall.protocol.message.TransferMessage.Request;
import io.landfall.protocol.message.TransferMessage.Role;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.protocol.message.TransferMessage.Zero;
import io.netty.buffer.ByteBuf;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// One checked header and its whole payload to a message. Whatever is wrong with them comes out as
/// a ProtocolException.
final class PayloadReader {
  private final FrameHeader header;
  private final ByteBuf payload;
  private final ByteBuffer in;

  private PayloadReader(FrameHeader header, ByteBuf payload) {
    this.header = header;
    this.payload = payload;
    this.in = payload.nioBuffer();
  }

  /// Reads one message; a [Data] keeps `payload`, every other message lets go of it.
  static TransferMessage read(FrameHeader header, ByteBuf payload) throws ProtocolException {
    PayloadReader reader = new PayloadReader(header, payload);
    try {
      TransferMessage message = reader.message();
      if (header.type() != FrameType.DATA && reader.in.hasRemaining()) {
        throw reader.violation(reader.in.remaining() + " bytes behind its end");
      }
      return message;
    } catch (BufferUnderflowException e) {
      throw reader.violation("ends too early");
    } catch (IllegalArgumentException e) {
      throw reader.violation(e.getMessage());
    }
  }

  private TransferMessage message() throws ProtocolException {
    int request = header.request();
    int handle = header.handle();
    long offset = header.offset();
    return switch (header.type()) {
      case HELLO -> hello();
      case AUTH -> auth();
      case OPEN -> new Open(request, text());
      case OPENED -> opened();
      case MAP -> new MapRange(request, handle, offset, in.getLong(), in.getInt());
      case MAPPED -> mapped();
      case ASK_MANIFEST -> new AskManifest(request, handle, offset);
      case MANIFEST -> manifest();
      case WANT -> new Want(request, handle, offset, header.rawLength(), priority(), strongest());
      case DATA ->
          new Data(
              request, handle, offset, header.rawLength(), of(Numbers.CODECS, flag()), payload);
      case ZERO -> new Zero(request, handle, offset, header.rawLength());
      case MARK -> mark();
      case NOTE -> new Note(text());
      case ERROR -> failure();
      case FIN -> new Fin(handle);
      case REQUEST -> new Request(request, text());
      case REPLY -> new Reply(request, text());
      case NOTICE -> new Notice(text());
      case ASK_PAGES -> new AskPages(request, handle, offset, header.rawLength());
      case PAGES -> pages();
    };
  }

  private int flag() {
    return header.flags() & 3;
  }

  private TransferMessage.Priority priority() throws ProtocolException {
    return switch (header.flags() & (FrameType.URGENT | FrameType.BACKGROUND)) {
      case 0 -> TransferMessage.Priority.LANDING;
      case FrameType.URGENT -> TransferMessage.Priority.URGENT;
      case FrameType.BACKGROUND -> TransferMessage.Priority.BACKGROUND;
      default -> throw violation("flags " + header.flags() + ": urgent, and in the background");
    };
  }

  private TransferMessage.Codec strongest() throws ProtocolException {
    return switch (header.flags() >> 1 & 3) {
      case 0 -> TransferMessage.Codec.PLAIN;
      case 1 -> TransferMessage.Codec.LZ4;
      case 3 -> TransferMessage.Codec.ZSTD;
      default -> throw violation("flags " + header.flags() + ": zstd without compression");
    };
  }

  private Pages pages() {
    List<Long> checksums = new ArrayList<>(in.remaining() / Long.BYTES);
    while (in.hasRemaining()) {
      checksums.add(in.getLong());
    }
    return new Pages(header.request(), header.handle(), header.offset(), checksums);
  }

  private Hello hello() throws ProtocolException {
    int min = in.getShort() & 0xFFFF;
    int max = in.getShort() & 0xFFFF;
    Role role = of(Numbers.ROLES, in.get() & 0xFF);
    int dataConnections = in.get() & 0xFF;
    skip(2);
    UUID session = new UUID(in.getLong(), in.getLong());
    skip(24);
    return new Hello(min, max, role, dataConnections, session, text());
  }

  private Auth auth() throws ProtocolException {
    ProofKey key = of(Numbers.PROOF_KEYS, in.get() & 0xFF);
    skip(3);
    return new Auth(key, token(), token());
  }

  private Token token() {
    return new Token(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  private Opened opened() throws ProtocolException {
    long size = in.getLong();
    int chunkSize = in.getInt();
    ManifestState manifest = of(Numbers.MANIFEST_STATES, in.get() & 0xFF);
    boolean hasImageId = bool();
    boolean hasBase = bool();
    skip(1);
    ImageId imageId = new ImageId(id());
    ImageId base = new ImageId(id());
    return new Opened(
        header.request(),
        header.handle(),
        size,
        chunkSize,
        manifest,
        hasImageId ? Optional.of(imageId) : Optional.empty(),
        hasBase ? Optional.of(base) : Optional.empty(),
        text());
  }

  private Mapped mapped() throws ProtocolException {
    List<MapExtent> extents = new ArrayList<>(in.remaining() / FrameType.EXTENT_BYTES);
    long left = Limits.MAX_IMAGE_BYTES;
    while (in.hasRemaining()) {
      MapExtent extent = new MapExtent(in.getLong(), of(Numbers.EXTENT_KINDS, in.get() & 0xFF));
      left -= extent.length();
      if (left < 0) {
        throw violation("extents of more than " + Limits.MAX_IMAGE_BYTES + " bytes");
      }
      extents.add(extent);
    }
    return new Mapped(header.request(), header.handle(), header.offset(), extents);
  }

  private ManifestPage manifest() throws ProtocolException {
    long chunkCount = in.getLong();
    int chunkSize = in.getInt();
    ImageId imageId = new ImageId(id());
    int runCount = in.getInt();
    if (runCount < 0 || runCount > Limits.MAX_ID_RUNS) {
      throw violation(runCount + " runs of ids, expected at most " + Limits.MAX_ID_RUNS);
    }
    List<IdRun> runs = new ArrayList<>(runCount);
    for (int i = 0; i < runCount; i++) {
      runs.add(idRun());
    }
    return new ManifestPage(
        header.request(), header.handle(), header.offset(), chunkCount, chunkSize, imageId, runs);
  }

  private IdRun idRun() throws ProtocolException {
    long first = in.getLong();
    int count = in.getInt();
    if (count < 1 || count > in.remaining() / ChunkId.SIZE_BYTES) {
      throw violation(
          "a run of " + count + " ids in " + in.remaining() + " bytes, expected 1 or more");
    }
    List<ChunkId> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(id());
    }
    return new IdRun(first, ids);
  }

  private Mark mark() {
    List<MarkedRange> ranges = new ArrayList<>(in.remaining() / FrameType.RANGE_BYTES);
    while (in.hasRemaining()) {
      ranges.add(new MarkedRange(in.getLong(), in.getLong()));
    }
    return new Mark(header.handle(), ranges);
  }

  private Failure failure() throws ProtocolException {
    int number = in.getInt();
    String sentence = text();
    // A newer peer may know more codes; what to do about an unknown one is to give up.
    return ErrorCode.ofNumber(number)
        .map(code -> new Failure(header.request(), code, sentence))
        .orElseGet(
            () -> new Failure(header.request(), INTERNAL, "error " + number + ": " + sentence));
  }

  private ChunkId id() {
    return ChunkId.readFrom(in);
  }

  /// Reserved bytes, for later versions.
  private void skip(int bytes) {
    for (int i = 0; i < bytes; i++) {
      in.get();
    }
  }

  private boolean bool() throws ProtocolException {
    int value = in.get() & 0xFF;
    if (value > 1) {
      throw violation("a yes-or-no byte of " + value);
    }
    return value == 1;
  }

  private <E> E of(List<E> values, int number) throws ProtocolException {
    if (number >= values.size()) {
      throw violation("kind " + number + ", expected 0 to " + (values.size() - 1));
    }
    return values.get(number);
  }

  /// The rest of the payload as UTF-8.
  private String text() throws ProtocolException {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw violation("text that is not UTF-8");
    }
  }

  private ProtocolException violation(String what) {
    return new ProtocolException(PROTOCOL_VIOLATION, header.type() + " frame: " + what);
  }
}
