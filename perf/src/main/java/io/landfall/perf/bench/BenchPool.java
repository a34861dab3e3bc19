package io.landfall.perf.bench;

import io.landfall.perf.rig.Host;
import io.landfall.perf.rig.Rig;
import io.landfall.transfer.pool.PoolAuthority;
import io.landfall.transfer.pool.PoolIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A pool of our own: what the hosts of a bench prove themselves with.
///
/// @param hosts directory of each host's certificates, the submit host's first
record BenchPool(List<Path> hosts) {
  private static final Duration VALIDITY = Duration.ofDays(2);

  BenchPool {
    hosts = List.copyOf(hosts);
  }

  /// Makes one.
  ///
  /// @param directory for it; nothing may be there
  static BenchPool make(Rig rig, Path directory, int executeHosts) throws IOException {
    PoolAuthority authority = PoolAuthority.init(directory);
    List<Path> hosts = new ArrayList<>();
    for (int number = 0; number <= executeHosts; number++) {
      String name = number == 0 ? "submit" : "execute" + number;
      hosts.add(
          authority.issue(
              PoolIdentity.host(name), List.of(rig.address(new Host(number))), VALIDITY));
    }
    return new BenchPool(hosts);
  }

  Path submit() {
    return hosts.getFirst();
  }

  Path execute(int number) {
    return hosts.get(number);
  }
}
