package io.landfall.perf.bench;

import io.landfall.perf.rig.Rig;
import java.nio.file.Path;

/// What all NBD servers of a bench are given.
///
/// @param jobs what their clients do
/// @param raw the disk
/// @param qcow2 the same disk
/// @param logs a directory for sockets and what servers say
record NbdServed(Rig rig, NbdJobs jobs, Path raw, Path qcow2, Path logs) {

  Path socket(String server) {
    return logs.resolve(server + ".sock");
  }

  static String uri(Path socket) {
    return "nbd+unix:///?socket=" + socket;
  }
}
