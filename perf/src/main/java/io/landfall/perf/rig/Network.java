package io.landfall.perf.rig;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What the hosts of a rig are joined by.
interface Network extends AutoCloseable {

  /// What a command is prefixed with to run on a host.
  List<String> prefix(Host host);

  /// The address of a host.
  String address(Host host);

  /// Bytes that all hosts have sent so far, TCP and IP headers included.
  long wireBytes() throws IOException;

  /// The part of the submit host; 0 where that cannot be told.
  long submitBytes() throws IOException;

  /// Its rate and delay; empty if it goes as fast as it can.
  Optional<LinkSpec> link();

  /// Congestion control and kind, for the report.
  String describe();

  /// Processor time of what imitates the link, which nobody who is measured has used.
  default double cpuSeconds() {
    return 0;
  }

  @Override
  void close() throws IOException;
}
