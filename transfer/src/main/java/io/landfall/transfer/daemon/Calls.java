package io.landfall.transfer.daemon;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.Peer;
import java.io.IOException;

/// Control records over a peer's text channel.
public final class Calls {
  private static final System.Logger LOG = System.getLogger(Calls.class.getName());

  private Calls() {}

  /// Asks and waits for the answer.
  ///
  /// @throws IOException with the other side's sentence if it refused, or if it was lost
  public static <R extends Reply> R call(Peer peer, Request<R> request) throws IOException {
    return ControlJson.read(peer.request(ControlJson.write(request)), request.replyType());
  }

  /// Tells a peer that may be gone: whoever comes instead asks how things are, so a lost notice is
  /// no loss.
  static void tell(Peer peer, Notice notice) {
    try {
      peer.notice(ControlJson.write(notice));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} does not hear us: {1}", peer.name(), e.getMessage());
    }
  }
}
