package io.landfall.transfer.net;

import io.landfall.protocol.message.Limits;
import java.time.Duration;

/// What an [Endpoint] is built with.
///
/// @param node how this host is called in logs and messages of others
/// @param dataConnections of a link that we dial
/// @param diskThreads of each of the two pools, reading and writing
/// @param directMemoryBytes bound for the network buffers of all links together
/// @param heartbeat a connection that was silent so long says "still here"
/// @param silence a connection from which nothing came for so long is given up
/// @param handshake a new link must be complete after so long
/// @param compress let sources compress what they send us, which they do when the network is what
///   they wait for
/// @param newestVersion of the protocol that is spoken, for peers that know no newer one
public record EndpointSettings(
    String node,
    int dataConnections,
    int diskThreads,
    long directMemoryBytes,
    Duration heartbeat,
    Duration silence,
    Duration handshake,
    boolean compress,
    int newestVersion) {
  private static final long MIN_MEMORY_BYTES = 16 << 20;

  public EndpointSettings {
    require(dataConnections >= 1, "data connections", dataConnections, "1 or more");
    require(
        dataConnections <= Limits.MAX_DATA_CONNECTIONS,
        "data connections",
        dataConnections,
        "at most " + Limits.MAX_DATA_CONNECTIONS);
    require(diskThreads >= 1, "disk threads", diskThreads, "1 or more");
    require(
        directMemoryBytes >= MIN_MEMORY_BYTES,
        "direct memory",
        directMemoryBytes,
        "at least " + MIN_MEMORY_BYTES + " bytes");
    require(
        newestVersion >= Versions.MIN && newestVersion <= Versions.MAX,
        "newest version",
        newestVersion,
        Versions.MIN + " to " + Versions.MAX);
    require(
        silence.compareTo(heartbeat) > 0,
        "silence",
        silence,
        "more than a heartbeat, " + heartbeat);
  }

  /// The settings of an agent called `node`.
  public static EndpointSettings of(String node) {
    return new EndpointSettings(
        node,
        2,
        Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8),
        256L << 20,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        true,
        Versions.MAX);
  }

  /// The same with another number of data connections.
  public EndpointSettings withDataConnections(int n) {
    return new EndpointSettings(
        node,
        n,
        diskThreads,
        directMemoryBytes,
        heartbeat,
        silence,
        handshake,
        compress,
        newestVersion);
  }

  /// The same with another bound for network buffers.
  public EndpointSettings withDirectMemoryBytes(long bytes) {
    return new EndpointSettings(
        node,
        dataConnections,
        diskThreads,
        bytes,
        heartbeat,
        silence,
        handshake,
        compress,
        newestVersion);
  }

  /// The same with other times for finding out that a peer is dead.
  public EndpointSettings withLiveness(Duration newHeartbeat, Duration newSilence) {
    return new EndpointSettings(
        node,
        dataConnections,
        diskThreads,
        directMemoryBytes,
        newHeartbeat,
        newSilence,
        handshake,
        compress,
        newestVersion);
  }

  /// The same, with or without compression of what is sent to us.
  public EndpointSettings withCompression(boolean yes) {
    return new EndpointSettings(
        node,
        dataConnections,
        diskThreads,
        directMemoryBytes,
        heartbeat,
        silence,
        handshake,
        yes,
        newestVersion);
  }

  /// The same, speaking no newer version of the protocol than this.
  public EndpointSettings withNewestVersion(int version) {
    return new EndpointSettings(
        node,
        dataConnections,
        diskThreads,
        directMemoryBytes,
        heartbeat,
        silence,
        handshake,
        compress,
        version);
  }

  private static void require(boolean holds, String what, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + value + ", expected " + expected);
    }
  }
}
