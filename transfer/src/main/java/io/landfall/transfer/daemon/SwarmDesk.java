package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.swarm.Tracker;
import java.io.IOException;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;

/// The tracker of a submit host, as execute hosts ask it over the links that it has dialled. A host
/// is only told of an image that is on offer to it, and that it has opened. Any thread.
final class SwarmDesk {
  private static final int KEY_BYTES = 32;

  private final Tracker tracker;
  private final boolean several;

  /// @param several whether there is more than one execute host
  SwarmDesk(int uploadSlots, boolean several) {
    this.tracker = new Tracker(uploadSlots);
    this.several = several;
  }

  /// Answers this host from now on, and forgets it when its link ends.
  void serve(Peer peer, String address, ExportTable exports) {
    peer.onRequest(text ->
        ControlJson.write(answer(peer, address, exports, ControlJson.read(text, Request.class))));
    var _ = peer.closed().thenRun(() -> tracker.leave(address));
  }

  private Reply answer(Peer peer, String address, ExportTable exports, Request<?> request)
      throws IOException {
    return switch (request) {
      case Request.SwarmJoin join -> join(peer, address, exports, join);
      case Request.SwarmNext next -> {
        Tracker.Piece piece =
            tracker.next(
                address,
                granted(exports, next.image()),
                next.fromHere(),
                next.done(),
                next.failed());
        yield new Reply.SwarmPiece(piece.index(), piece.source(), piece.export(), piece.over());
      }
      default ->
          throw new ProtocolException(
              ErrorCode.NOT_AUTHORISED, "an execute host asks for swarms, and for nothing else");
    };
  }

  private Reply.SwarmJoined join(
      Peer peer, String address, ExportTable exports, Request.SwarmJoin join) throws IOException {
    ImageId image = granted(exports, join.image());
    byte[] key = HexFormat.of().parseHex(join.key());
    if (key.length != KEY_BYTES) {
      throw new ProtocolException(
          ErrorCode.LIMIT_EXCEEDED, "a key of " + key.length + " bytes, expected " + KEY_BYTES);
    }
    if (several) {
      tracker.join(
          address, peer.identity().owner(), image, key, pieces(join.wants()), pieces(join.has()));
    }
    return new Reply.SwarmJoined(several);
  }

  private static ImageId granted(ExportTable exports, String text) throws ProtocolException {
    ImageId image = ImageId.parse(text);
    if (!exports.grants(image)) {
      throw new ProtocolException(
          ErrorCode.NOT_AUTHORISED, "image " + image + " is not on offer to this host");
    }
    return image;
  }

  /// Pieces as runs: first, count, first, count …
  static BitSet pieces(List<Integer> runs) throws ProtocolException {
    BitSet pieces = new BitSet();
    for (int i = 0; i + 1 < runs.size(); i += 2) {
      int end = runs.get(i) + runs.get(i + 1);
      if (runs.get(i) < 0 || end < runs.get(i) || end > Request.SwarmJoin.MAX_PIECES) {
        throw new ProtocolException(
            ErrorCode.LIMIT_EXCEEDED,
            "pieces from " + runs.get(i) + " to " + end + " are in no image");
      }
      pieces.set(runs.get(i), end);
    }
    return pieces;
  }

  static List<Integer> runs(BitSet pieces) {
    List<Integer> runs = new java.util.ArrayList<>();
    for (int at = pieces.nextSetBit(0); at >= 0; at = pieces.nextSetBit(pieces.nextClearBit(at))) {
      runs.add(at);
      runs.add(pieces.nextClearBit(at) - at);
    }
    return runs;
  }
}
