package io.landfall.transfer.net;

import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.protocol.message.TransferMessage;
import io.landfall.protocol.message.TransferMessage.Data;
import io.landfall.protocol.message.TransferMessage.Failure;
import io.landfall.protocol.message.TransferMessage.Note;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.protocol.message.TransferMessage.Zero;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.Pull;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// The data connections of one link, and the pulls that run over them. Any thread.
final class DataLanes implements PullRun.Lanes {
  private static final Logger LOG = System.getLogger(DataLanes.class.getName());

  /// How long the last connection's loss is kept to ourselves.
  private static final long GOODBYE_MILLIS = 200;

  private final Machinery machinery;
  private final String peerName;
  private final List<Lane> lanes = new CopyOnWriteArrayList<>();
  private final Map<Integer, PullRun> asking = new ConcurrentHashMap<>();
  private final List<PullRun> runs = new CopyOnWriteArrayList<>();
  private final AtomicInteger nextRequest = new AtomicInteger(1);
  private final AtomicInteger nextLane = new AtomicInteger();
  private final AtomicInteger added = new AtomicInteger();
  private final List<Connection> connections = new CopyOnWriteArrayList<>(); // lost ones too
  private volatile IOException failure;

  DataLanes(Machinery machinery, String peerName) {
    this.machinery = machinery;
    this.peerName = peerName;
  }

  /// Adds a connection.
  ///
  /// @param allLost is told when no connection is left
  /// @return which one it is, from 1: all connections up to the highest number so far are here
  int add(Connection connection, Serving serving, Consumer<String> allLost) {
    Lane lane = new Lane(nextLane.getAndIncrement(), connection, serving, allLost);
    connection.listener(lane);
    lanes.add(lane);
    connections.add(connection);
    // Not the length of the list: of two that are added at once, both would be the last.
    return added.incrementAndGet();
  }

  long sentBytes() {
    return connections.stream().mapToLong(Connection::sentBytes).sum();
  }

  long receivedBytes() {
    return connections.stream().mapToLong(Connection::receivedBytes).sum();
  }

  PullSummary pull(int handle, List<Range> ranges, PullSettings settings, RangeSink sink)
      throws IOException {
    Pull pull =
        new Pull(handle, ranges, settings, machinery.receiveMemory(), nextRequest::getAndIncrement);
    PullRun run =
        new PullRun(
            pull,
            sink,
            this,
            machinery.writing(),
            machinery.receiveMemory(),
            machinery.allocator());
    runs.add(run);
    try {
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      return run.run();
    } finally {
      runs.remove(run);
      asking.values().removeIf(run::equals);
    }
  }

  @Override
  public List<Integer> open() {
    List<Integer> ids = new ArrayList<>(lanes.size());
    lanes.forEach(lane -> ids.add(lane.id));
    return ids;
  }

  @Override
  public void send(int laneId, Want want, PullRun run) {
    asking.put(want.request(), run);
    for (Lane lane : lanes) {
      if (lane.id == laneId) {
        lane.connection.send(want);
        return;
      }
    }
  }

  /// Fails all pulls, now and from now on, and answers nothing more: the other side is to hear that
  /// the link closes, and not that its handles are gone.
  void fail(IOException why) {
    failure = why;
    lanes.forEach(lane -> lane.outbox.close());
    runs.forEach(run -> run.fail(why));
  }

  /// Closes all connections.
  void close(IOException why) {
    lanes.forEach(lane -> lane.connection.close(why.getMessage()));
  }

  private final class Lane implements Connection.Listener {
    final int id;
    final Connection connection;
    private final Serving serving;
    private final Outbox outbox;
    private final Consumer<String> allLost;

    Lane(int id, Connection connection, Serving serving, Consumer<String> allLost) {
      this.id = id;
      this.connection = connection;
      this.serving = serving;
      this.allLost = allLost;
      this.outbox = new Outbox(connection, machinery);
    }

    @Override
    public void received(TransferMessage message) throws ProtocolException {
      switch (message) {
        case Want want -> outbox.add(serving.want(want));
        case Data data -> arrived(data);
        case Zero zero -> arrived(zero);
        case Failure refusal -> failed(refusal);
        case Note note -> LOG.log(Level.INFO, "{0}: {1}", peerName, note.text());
        default -> throw Link.misplaced(message);
      }
    }

    private void arrived(Data data) throws ProtocolException {
      PullRun run = asking.get(data.request());
      if (run == null) {
        data.close(); // the pull has ended
      } else if (!run.arrived(id, data)) {
        asking.remove(data.request());
      }
    }

    private void arrived(Zero zero) throws ProtocolException {
      PullRun run = asking.get(zero.request());
      if (run != null && !run.arrived(id, zero)) {
        asking.remove(zero.request());
      }
    }

    private void failed(Failure refusal) {
      if (refusal.request() == 0) {
        connection.close(peerName + " closed it: " + refusal.sentence());
        return;
      }
      PullRun run = asking.remove(refusal.request());
      if (run != null) {
        run.fail(new RemoteException(peerName, refusal.code(), refusal.sentence()));
      }
    }

    @Override
    public void lost(String reason) {
      lanes.remove(this);
      outbox.close();
      if (lanes.isEmpty() && failure == null) {
        goneUnlessExplained(reason);
      } else {
        gone(reason);
      }
    }

    /// A peer that says goodbye does so on another connection, which another thread reads: its word
    /// is given time to come before its silence is reported.
    private void goneUnlessExplained(String reason) {
      try {
        connection.schedule(() -> gone(reason), GOODBYE_MILLIS);
      } catch (RejectedExecutionException e) {
        gone(reason); // the endpoint is closed
      }
    }

    private void gone(String reason) {
      runs.forEach(run -> run.closeLane(id, reason));
      if (lanes.isEmpty()) {
        allLost.accept(reason);
      }
    }
  }
}
