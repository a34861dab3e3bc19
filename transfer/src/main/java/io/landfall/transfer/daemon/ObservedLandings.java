package io.landfall.transfer.daemon;

import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.observe.Observer;
import io.landfall.transfer.observe.Tracked;
import java.io.IOException;
import java.util.function.Consumer;

/// The landings of a claim, as transfers to here.
record ObservedLandings(Observer observer, String job) {
  /// Lands a part, and tells how far it is.
  interface Landing {
    Reply.LandedPart run(TransferListener listener) throws IOException;
  }

  /// @param told hears of the progress too
  /// @param begun is given what goes on behind the guest
  Reply.LandedPart run(
      Peer peer, String part, TransferListener told, Consumer<Tracked> begun, Landing landing)
      throws IOException {
    return observer.watch(
        TransferLine.Kind.LANDING,
        job,
        part,
        peer.name(),
        tracked -> {
          TransferListener here = LandedParts.listener(tracked);
          Reply.LandedPart landed =
              landing.run(progress -> {
                here.progress(progress);
                told.progress(progress);
              });
          if (landed.figures().isBegun()) {
            tracked.goOn();
            begun.accept(tracked);
          } else {
            tracked.done(landed.figures());
          }
          return landed;
        });
  }
}
