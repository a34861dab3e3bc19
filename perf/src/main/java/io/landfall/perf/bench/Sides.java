package io.landfall.perf.bench;

import io.landfall.perf.rig.Host;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.Path;

/// The two hosts of a transfer: a process that sends and one that receives.
record Sides(WorkerProcess source, WorkerProcess target) implements AutoCloseable {

  /// How the two talk.
  enum Talk {
    /// As on a trusted network: a pool's key where there is a network, nothing on loopback.
    OPEN(false, true),
    /// The same, and nothing is compressed.
    PLAIN(false, false),
    /// TLS 1.3 with certificates of both.
    TLS(true, true);

    private final boolean encrypted;
    private final boolean compressed;

    Talk(boolean encrypted, boolean compressed) {
      this.encrypted = encrypted;
      this.compressed = compressed;
    }
  }

  /// Starts both.
  ///
  /// @param pool of which both have certificates
  static Sides start(Rig rig, Talk talk, BenchPool pool) throws IOException {
    boolean proved = talk.encrypted || rig.link().isPresent();
    WorkerProcess source = WorkerProcess.start(rig, Host.SUBMIT);
    try {
      source.tell(order(rig, talk, proved, pool.submit()));
      WorkerProcess target = WorkerProcess.start(rig, Host.EXECUTE);
      Sides sides = new Sides(source, target);
      target.tell(order(rig, talk, proved, pool.execute(1)));
      return sides;
    } catch (IOException e) {
      source.close();
      throw e;
    }
  }

  private static Order order(Rig rig, Talk talk, boolean proved, Path credentials) {
    return new Order.Talk(
        rig.address(), proved ? credentials.toString() : "", talk.encrypted, talk.compressed);
  }

  @Override
  public void close() throws IOException {
    try (source) {
      target.close();
    }
  }
}
