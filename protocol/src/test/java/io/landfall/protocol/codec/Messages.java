package io.landfall.protocol.codec;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.message.Token;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Priority;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// One message of each kind, and of each variant of a kind, with a name for it.
final class Messages {
  private static final ChunkId ID_A = new ChunkId(1, 2, 3, 4);
  private static final ChunkId ID_B = new ChunkId(-1, -2, -3, -4);

  private Messages() {}

  /// Fresh messages: a DATA belongs to the caller.
  static Map<String, TransferMessage> all() {
    Map<String, TransferMessage> all = new LinkedHashMap<>();
    UUID session = new UUID(0x0123456789abcdefL, 0x1122334455667788L);
    all.put(
        "hello-control",
        new TransferMessage.Hello(1, 3, TransferMessage.Role.CONTROL, 2, session, "submit-é"));
    all.put(
        "hello-data", new TransferMessage.Hello(1, 1, TransferMessage.Role.DATA, 8, session, ""));
    Token nonce = new Token(1, 2, 3, 4);
    all.put(
        "auth-challenge",
        new TransferMessage.Auth(TransferMessage.ProofKey.NONE, nonce, Token.NONE));
    all.put(
        "auth-proof",
        new TransferMessage.Auth(
            TransferMessage.ProofKey.SESSION, nonce, new Token(-1, 5, Long.MIN_VALUE, 6)));
    all.put("open", new TransferMessage.Open(7, "job 12.0/vda"));
    all.put(
        "opened-plain",
        new TransferMessage.Opened(
            7,
            3,
            1L << 40,
            256 << 10,
            TransferMessage.ManifestState.NONE,
            Optional.empty(),
            Optional.empty(),
            ""));
    all.put(
        "opened-pending",
        new TransferMessage.Opened(
            8,
            4,
            0,
            64 << 10,
            TransferMessage.ManifestState.PENDING,
            Optional.empty(),
            Optional.of(new ImageId(ID_B)),
            "file 1 2 3"));
    all.put(
        "opened-ready",
        new TransferMessage.Opened(
            9,
            5,
            12345,
            1 << 20,
            TransferMessage.ManifestState.READY,
            Optional.of(new ImageId(ID_A)),
            Optional.of(new ImageId(ID_B)),
            "s"));
    all.put("map", new TransferMessage.MapRange(10, 3, 4096, 1L << 39, 4096));
    all.put(
        "mapped",
        new TransferMessage.Mapped(
            10,
            3,
            4096,
            List.of(
                new TransferMessage.MapExtent(65536, TransferMessage.ExtentKind.DATA),
                new TransferMessage.MapExtent(1L << 38, TransferMessage.ExtentKind.ZERO),
                new TransferMessage.MapExtent(1, TransferMessage.ExtentKind.BASE))));
    all.put("ask-manifest", new TransferMessage.AskManifest(11, 3, 4096));
    all.put(
        "manifest",
        new TransferMessage.ManifestPage(
            11,
            3,
            4096,
            100,
            256 << 10,
            new ImageId(ID_A),
            List.of(
                new TransferMessage.IdRun(4096, List.of(ID_A, ID_B)),
                new TransferMessage.IdRun(4190, List.of(ID_B)))));
    all.put(
        "want",
        new TransferMessage.Want(
            12, 3, 1L << 33, 1 << 20, Priority.LANDING, TransferMessage.Codec.PLAIN));
    all.put(
        "want-urgent-compressed",
        new TransferMessage.Want(13, 3, 0, 4096, Priority.URGENT, TransferMessage.Codec.LZ4));
    all.put(
        "want-zstd",
        new TransferMessage.Want(13, 3, 0, 4096, Priority.LANDING, TransferMessage.Codec.ZSTD));
    all.put(
        "want-background-zstd",
        new TransferMessage.Want(13, 3, 0, 4096, Priority.BACKGROUND, TransferMessage.Codec.ZSTD));
    all.put(
        "data-plain",
        new TransferMessage.Data(
            12, 3, 1L << 33, 5, TransferMessage.Codec.PLAIN, bytes(1, 2, 3, 4, 5)));
    all.put(
        "data-lz4",
        new TransferMessage.Data(
            12, 3, 1L << 33, 1 << 20, TransferMessage.Codec.LZ4, bytes(9, 8, 7)));
    all.put("zero", new TransferMessage.Zero(12, 3, (1L << 33) + 5, 1 << 20));
    all.put(
        "mark",
        new TransferMessage.Mark(
            3,
            List.of(
                new TransferMessage.MarkedRange(0, 4096),
                new TransferMessage.MarkedRange(1L << 40, 1L << 30))));
    all.put("note", new TransferMessage.Note("disk is slow"));
    all.put("note-alive", new TransferMessage.Note(""));
    all.put("error", new TransferMessage.Failure(12, ErrorCode.NO_SUCH_EXPORT, "no such thing"));
    all.put(
        "data-zstd",
        new TransferMessage.Data(
            12, 3, 1L << 33, 1 << 20, TransferMessage.Codec.ZSTD, bytes(9, 8, 7)));
    all.put("ask-pages", new TransferMessage.AskPages(14, 3, 1L << 33, 16 << 20));
    all.put("pages", new TransferMessage.Pages(14, 3, 1L << 33, List.of(1L, -1L)));
    all.put("fin", new TransferMessage.Fin(3));
    all.put("request", new TransferMessage.Request(14, "{\"verb\":\"run\"}"));
    all.put("reply", new TransferMessage.Reply(14, "{}"));
    all.put("notice", new TransferMessage.Notice("{\"state\":\"RUNNING\"}"));
    return all;
  }

  /// A buffer of these bytes.
  static ByteBuf bytes(int... values) {
    ByteBuf bytes = Unpooled.buffer(values.length);
    for (int value : values) {
      bytes.writeByte(value);
    }
    return bytes;
  }
}
