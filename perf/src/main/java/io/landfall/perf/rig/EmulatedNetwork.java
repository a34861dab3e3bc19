package io.landfall.perf.rig;

import io.landfall.perf.measure.CpuClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/// A submit and an execute host, each in a network namespace, and between them a link with a delay:
/// a [LinkRelay] between two devices.
final class EmulatedNetwork extends NamespacedNetwork {
  static final String DEVICE = "wire";

  private Process relay;
  private Writer questions;
  private BufferedReader answers;

  private EmulatedNetwork(LinkSpec link) {
    super(link);
  }

  /// @param priority what the relay is prefixed with, so that it goes before others
  static EmulatedNetwork open(LinkSpec link, List<String> priority) throws IOException {
    EmulatedNetwork network = new EmulatedNetwork(link);
    try {
      network.start(priority);
      return network;
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private void start(List<String> priority) throws IOException {
    String what = "a link of " + spec();
    hosts.add(NetworkNamespace.require(what));
    hosts.add(NetworkNamespace.require(what));
    List<String> command = new ArrayList<>(priority);
    command.addAll(
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xmx32m",
            "-cp",
            System.getProperty("java.class.path"),
            LinkRelay.class.getName()));
    hosts.forEach(host -> command.add(Long.toString(host.pid())));
    command.add(Long.toString(spec().bitsPerSecond()));
    command.add(Long.toString(spec().roundTrip().toNanos()));
    relay = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    questions = relay.outputWriter();
    answers = relay.inputReader();
    if (answers.readLine() == null) {
      throw new IOException(what + " cannot be imitated here; the relay said why");
    }
    for (int number = 0; number < hosts.size(); number++) {
      hosts
          .get(number)
          .run(
              "ip link set %s mtu 1500 txqueuelen 5000 up && ip addr add %s/24 dev %s"
                  .formatted(DEVICE, address(new Host(number)), DEVICE));
    }
  }

  private long[] counters() throws IOException {
    questions.write("\n");
    questions.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the relay of the link has ended");
    }
    String[] words = line.split(" ", -1);
    return new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])};
  }

  @Override
  public long wireBytes() throws IOException {
    long[] counters = counters();
    return counters[0] + counters[1];
  }

  @Override
  public long submitBytes() throws IOException {
    return counters()[0];
  }

  @Override
  public String describe() {
    return "%s, two hosts in namespaces of their own, %s (our relay)"
        .formatted(hosts.getFirst().congestionControl(), spec());
  }

  @Override
  public double cpuSeconds() {
    return CpuClock.tree(relay.toHandle());
  }

  @Override
  public void close() throws IOException {
    try {
      if (relay != null) {
        Rig.stop(relay);
      }
    } finally {
      super.close();
    }
  }
}
