package io.landfall.transfer.net;

import io.landfall.protocol.nbd.NbdRequest;
import java.time.Duration;

/// What an [NbdServer] is built with.
///
/// @param diskThreads requests that are carried out at once, all clients together
/// @param memoryBytes bound for what requests bring and answers hold, all clients together
/// @param maxConnections clients at once; another is turned away
/// @param handshake an export must be chosen, or TLS be up, after so long
/// @param silence a client that stops in the middle of a request, or takes none of its answers, is
///   given up after so long
public record NbdServerSettings(
    int diskThreads, long memoryBytes, int maxConnections, Duration handshake, Duration silence) {

  /// Requests of one client that are taken before one is answered.
  static final int MAX_IN_FLIGHT = 128;

  /// Bytes of one client's requests that are held at once.
  static final long MAX_BYTES_IN_FLIGHT = 64L << 20;

  public NbdServerSettings {
    if (diskThreads < 1 || maxConnections < 1) {
      throw new IllegalArgumentException(
          "%d threads, %d connections, expected 1 or more".formatted(diskThreads, maxConnections));
    }
    if (memoryBytes < 2L * NbdRequest.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "memory: %d bytes, expected at least two of the longest requests, %d"
              .formatted(memoryBytes, 2L * NbdRequest.MAX_PAYLOAD_BYTES));
    }
  }

  /// The usual.
  public static NbdServerSettings standard() {
    return new NbdServerSettings(
        Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 16),
        128L << 20,
        64,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30));
  }

  /// The same with other times for giving up a client.
  public NbdServerSettings withTimeouts(Duration newHandshake, Duration newSilence) {
    return new NbdServerSettings(
        diskThreads, memoryBytes, maxConnections, newHandshake, newSilence);
  }

  /// The same with another number of threads: a device that waits for a peer holds one each time.
  public NbdServerSettings withDiskThreads(int threads) {
    return new NbdServerSettings(threads, memoryBytes, maxConnections, handshake, silence);
  }
}
