package io.landfall.transfer.daemon;

import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.observe.Observer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The landings of one claim, one after another: its disks, then the memory that it goes on from.
final class ClaimLandings {
  private final String job;
  private final ClaimArrivals arrivals;
  private final ClaimState state;
  private final ClaimFiles files;
  private final ObservedLandings observed;

  ClaimLandings(
      String job, ClaimArrivals arrivals, ClaimState state, ClaimFiles files, Observer observer) {
    this.job = job;
    this.arrivals = arrivals;
    this.state = state;
    this.files = files;
    this.observed = new ObservedLandings(observer, job);
  }

  /// Lands all that `order` names; what lands while the machine runs is served when this returns,
  /// and `file` says where.
  Reply.Prepared land(Peer peer, Request.Prepare order, ClaimFile file) throws IOException {
    List<Reply.LandedPart> landed = new ArrayList<>();
    for (Request.DiskOrder disk : order.disks()) {
      landed.add(
          observed.run(
              peer,
              disk.device(),
              listener(peer, disk.device()),
              begun -> arrivals.begun(disk.device(), begun),
              told -> arrivals.land(peer, order, disk, told)));
    }
    Optional<Path> served = arrivals.serve();
    if (served.isPresent()) {
      file.exporting(served.get());
    }
    files.land(peer, order.files(), order.restore().flatMap(Request.RestoreOrder::filesExport));
    return new Reply.Prepared(landed, memory(peer, order));
  }

  private Optional<Reply.LandedPart> memory(Peer peer, Request.Prepare order) throws IOException {
    if (order.restore().isEmpty()) {
      return Optional.empty();
    }
    Request.RestoreOrder restore = order.restore().get();
    return Optional.of(
        observed.run(
            peer,
            ClaimState.MEMORY,
            listener(peer, ClaimState.MEMORY),
            begun -> {
              throw new AssertionError("memory does not land behind its guest");
            },
            told -> state.land(peer, restore, told)));
  }

  private TransferListener listener(Peer told, String part) {
    return progress ->
        Calls.tell(
            told,
            new Notice.Landing(
                job, part, progress.phase().name(), progress.doneBytes(), progress.totalBytes()));
  }
}
