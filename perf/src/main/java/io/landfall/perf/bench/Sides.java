package io.landfall.perf.bench;

import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;

/// The two hosts of a transfer: a process that sends and one that receives.
record Sides(WorkerProcess source, WorkerProcess target) implements AutoCloseable {

  static Sides start(Rig rig) throws IOException {
    WorkerProcess source = WorkerProcess.start(rig);
    try {
      return new Sides(source, WorkerProcess.start(rig));
    } catch (IOException e) {
      source.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try (source) {
      target.close();
    }
  }
}
