package io.landfall.perf.rig;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A submit host and some execute hosts, each in a network namespace, at a switch: every host has a
/// link of its own, with the same rate each way and no delay. The kernel keeps the rate (tbf).
final class SwitchedNetwork extends NamespacedNetwork {
  static final int MAX_EXECUTE_HOSTS = 64;

  /// What may go at once: 4 ms of the rate, and never less than a few packets.
  private static final int BURSTS_A_SECOND = 250;

  private static final int MIN_BURST_BYTES = 16_000;
  private static final Pattern SENT = Pattern.compile("Sent ([0-9]+) bytes");

  private final List<NetworkNamespace> switches = new ArrayList<>(1);

  private SwitchedNetwork(LinkSpec link) {
    super(link);
  }

  static SwitchedNetwork open(LinkSpec link, int executeHosts) throws IOException {
    SwitchedNetwork network = new SwitchedNetwork(link);
    try {
      network.plug(executeHosts);
      return network;
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private void plug(int executeHosts) throws IOException {
    String what = "a link of " + spec();
    NetworkNamespace middle = NetworkNamespace.require(what);
    switches.add(middle);
    middle.run("ip link add middle type bridge && ip link set middle up");
    for (int number = 0; number <= executeHosts; number++) {
      NetworkNamespace host = NetworkNamespace.require(what);
      hosts.add(host);
      String port = "port" + number;
      host.run(
          "ip link add wire type veth peer name %s netns %d && %s"
              .formatted(port, middle.pid(), shape("wire")));
      host.run("ip addr add %s/24 dev wire".formatted(address(new Host(number))));
      middle.run("ip link set %s master middle && %s".formatted(port, shape(port)));
    }
  }

  private String shape(String device) {
    long burst = Math.max(MIN_BURST_BYTES, spec().bitsPerSecond() / 8 / BURSTS_A_SECOND);
    return "ip link set %s txqueuelen 5000 up && tc qdisc add dev %s root tbf rate %dbit burst %d limit %d"
        .formatted(device, device, spec().bitsPerSecond(), burst, spec().queueBytes() + burst);
  }

  @Override
  public long wireBytes() throws IOException {
    long bytes = 0;
    for (NetworkNamespace host : hosts) {
      bytes += sent(host);
    }
    return bytes;
  }

  @Override
  public long submitBytes() throws IOException {
    return sent(hosts.getFirst());
  }

  /// The queue counts segments as they go over a wire, and not as the kernel hands them on.
  private static long sent(NetworkNamespace host) throws IOException {
    Matcher matcher = SENT.matcher(host.run("tc -s qdisc show dev wire"));
    if (!matcher.find()) {
      throw new IOException("tc -s qdisc show: no line with the bytes that were sent");
    }
    return Long.parseLong(matcher.group(1));
  }

  @Override
  public String describe() {
    return "%s, %d hosts in namespaces of their own at a switch, %s each (tbf)"
        .formatted(hosts.getFirst().congestionControl(), hosts.size(), spec());
  }

  @Override
  public void close() throws IOException {
    try {
      super.close();
    } finally {
      NetworkNamespace.closeAll(switches);
    }
  }
}
