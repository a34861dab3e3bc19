package io.landfall.perf.bench;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.worker.Order;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The physical limit, measured in the same run: the data alone, by sendfile, unchecked.
final class Limit implements Contender {
  static final String NAME = "limit";

  private static final int CONNECTIONS = 2;

  private final Sides sides;
  private final String address;
  private final int port;
  private final long sizeBytes;

  private Limit(Sides sides, String address, int port, long sizeBytes) {
    this.sides = sides;
    this.address = address;
    this.port = port;
    this.sizeBytes = sizeBytes;
  }

  /// @param address of the submit host
  static Limit serving(Sides sides, String address, Images images, long sizeBytes)
      throws IOException {
    Order send = new Order.BareSend(address, images.first().toString(), CONNECTIONS);
    double port = sides.source().tell(send).get("port");
    return new Limit(sides, address, (int) port, sizeBytes);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "Java " + Runtime.version();
  }

  @Override
  public Optional<String> how(Job job) {
    return job.name().equals("cold")
        ? Optional.of(
            "sendfile to recv and pwrite of the data, " + CONNECTIONS + " connections, no checks")
        : Optional.empty();
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    String result = result(job, work).toString();
    return sides
        .target()
        .tell(new Order.BareReceive(address, port, CONNECTIONS, result, sizeBytes));
  }

  @Override
  public Path result(Job job, Path work) {
    return work.resolve(job.name() + ".raw");
  }

  @Override
  public Optional<ProcessHandle> serving() {
    return Optional.of(sides.source().handle());
  }
}
