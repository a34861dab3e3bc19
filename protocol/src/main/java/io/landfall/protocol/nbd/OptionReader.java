package io.landfall.protocol.nbd;

import io.landfall.protocol.nbd.NbdOption.Malformed;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The client's half of the negotiation: its flags, then options one by one.
///
/// An option's data is looked at when all of it is here; one that is too long is passed over as it
/// comes and refused. So a client can make us hold 64 KiB.
public final class OptionReader {
  private static final long MAGIC = 0x49484156454F5054L; // "IHAVEOPT"
  private static final int HEADER_BYTES = 16;
  private static final int MAX_DATA_BYTES = 64 << 10;

  /// A client that sends longer ones has lost its way.
  private static final long MAX_SKIPPED_BYTES = 16 << 20;

  private static final int FLAG_FIXED_NEWSTYLE = 1;
  private static final int FLAG_NO_ZEROES = 2;

  private boolean flagsRead;
  private boolean noZeroes;
  private long toSkip;
  private Malformed skipped;

  /// Whether the client does without the padding behind EXPORT_NAME.
  public boolean noZeroes() {
    return noZeroes;
  }

  /// The next option, or null if more bytes are needed first.
  ///
  /// @param in what has arrived; what is consumed is behind its reader index afterwards
  public NbdOption next(ByteBuf in) throws NbdProtocolException {
    if (!flagsRead && !readFlags(in)) {
      return null;
    }
    if (skipped == null && !readHeader(in)) {
      return null;
    }
    if (skipped != null) {
      return skip(in);
    }
    int option = in.getInt(in.readerIndex() + 8);
    int length = in.getInt(in.readerIndex() + 12);
    if (in.readableBytes() - HEADER_BYTES < length) {
      return null;
    }
    in.skipBytes(HEADER_BYTES);
    return parse(option, in.readSlice(length));
  }

  private boolean readFlags(ByteBuf in) throws NbdProtocolException {
    if (in.readableBytes() < 4) {
      return false;
    }
    int flags = in.readInt();
    if ((flags & ~(FLAG_FIXED_NEWSTYLE | FLAG_NO_ZEROES)) != 0) {
      throw new NbdProtocolException("client flags %08x, known are bits 0 and 1".formatted(flags));
    }
    noZeroes = (flags & FLAG_NO_ZEROES) != 0;
    flagsRead = true;
    return true;
  }

  private boolean readHeader(ByteBuf in) throws NbdProtocolException {
    if (in.readableBytes() < HEADER_BYTES) {
      return false;
    }
    long magic = in.getLong(in.readerIndex());
    if (magic != MAGIC) {
      throw new NbdProtocolException("option magic %016x, expected IHAVEOPT".formatted(magic));
    }
    int option = in.getInt(in.readerIndex() + 8);
    long length = in.getUnsignedInt(in.readerIndex() + 12);
    if (length > MAX_SKIPPED_BYTES) {
      throw new NbdProtocolException(
          "option %d of %d bytes, expected at most %d".formatted(option, length, MAX_DATA_BYTES));
    }
    if (length > MAX_DATA_BYTES) {
      in.skipBytes(HEADER_BYTES);
      toSkip = length;
      skipped =
          new Malformed(
              option,
              OptionError.TOO_BIG,
              "%d bytes of data, expected at most %d".formatted(length, MAX_DATA_BYTES));
    }
    return true;
  }

  private NbdOption skip(ByteBuf in) {
    int now = (int) Math.min(toSkip, in.readableBytes());
    in.skipBytes(now);
    toSkip -= now;
    if (toSkip > 0) {
      return null;
    }
    Malformed refused = skipped;
    skipped = null;
    return refused;
  }

  private static NbdOption parse(int option, ByteBuf data) {
    try {
      return switch (option) {
        case 1 -> new NbdOption.ExportName(string(data, data.readableBytes()));
        case 2 -> new NbdOption.Abort();
        case 3 -> empty(data, new NbdOption.ListExports());
        case 5 -> empty(data, new NbdOption.StartTls());
        case 6 -> whole(data, new NbdOption.InfoOf(string(data), numbers(data)));
        case 7 -> whole(data, new NbdOption.Go(string(data), numbers(data)));
        case 8 -> empty(data, new NbdOption.StructuredReply());
        case 9 -> whole(data, new NbdOption.ListMetaContext(string(data), strings(data)));
        case 10 -> whole(data, new NbdOption.SetMetaContext(string(data), strings(data)));
        default -> new NbdOption.Unknown(option);
      };
    } catch (BadData e) {
      return new Malformed(option, OptionError.INVALID, e.getMessage());
    }
  }

  private static NbdOption empty(ByteBuf data, NbdOption option) throws BadData {
    return whole(data, option);
  }

  private static NbdOption whole(ByteBuf data, NbdOption option) throws BadData {
    if (data.isReadable()) {
      throw new BadData(data.readableBytes() + " bytes more than the option has");
    }
    return option;
  }

  private static List<Integer> numbers(ByteBuf data) throws BadData {
    require(data, 2);
    int count = data.readUnsignedShort();
    require(data, 2L * count);
    List<Integer> numbers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      numbers.add(data.readUnsignedShort());
    }
    return numbers;
  }

  private static List<String> strings(ByteBuf data) throws BadData {
    require(data, 4);
    long count = data.readUnsignedInt();
    require(data, 4 * count); // each has a length at least
    List<String> strings = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      strings.add(string(data));
    }
    return strings;
  }

  private static String string(ByteBuf data) throws BadData {
    require(data, 4);
    return string(data, data.readUnsignedInt());
  }

  private static String string(ByteBuf data, long length) throws BadData {
    if (length > NbdOption.MAX_STRING_BYTES) {
      throw new BadData(
          "a string of %d bytes, expected at most %d"
              .formatted(length, NbdOption.MAX_STRING_BYTES));
    }
    require(data, length);
    byte[] bytes = new byte[(int) length];
    data.readBytes(bytes);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.indexOf(0) >= 0) {
        throw new BadData("a string with a zero byte in it");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new BadData("a string that is not UTF-8");
    }
  }

  private static void require(ByteBuf data, long bytes) throws BadData {
    if (data.readableBytes() < bytes) {
      throw new BadData(
          "ends after %d bytes where %d more are announced".formatted(data.readableBytes(), bytes));
    }
  }

  /// Tells the parts of an option apart from the whole; never leaves this class.
  private static final class BadData extends Exception {
    private static final long serialVersionUID = 1L;

    BadData(String message) {
      super(message, null, false, false);
    }
  }
}
