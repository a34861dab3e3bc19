package io.landfall.perf.rig;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The program that imitates a link with a delay between two network namespaces. Kernels without
/// netem are common in virtual machines, and with one link for all of them runs compare.
///
/// Says `ready`; then answers every line with the bytes that went each way and the packets that
/// were dropped, until its input ends.
final class LinkRelay {
  private LinkRelay() {}

  /// Runs until its input ends.
  ///
  /// @param args the two processes that hold the namespaces, bits a second, round trip in
  ///   nanoseconds
  public static void main(String[] args) throws IOException {
    LinkSpec link =
        new LinkSpec(Long.parseLong(args[2]), Duration.ofNanos(Long.parseLong(args[3])));
    TunDevice submit = device(Long.parseLong(args[0]));
    TunDevice execute = device(Long.parseLong(args[1]));
    LinkDirection there = new LinkDirection(submit, execute, link);
    LinkDirection back = new LinkDirection(execute, submit, link);
    Thread.ofPlatform().daemon().name("there").start(there);
    Thread.ofPlatform().daemon().name("back").start(back);
    System.out.println("ready");
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (orders.readLine() != null) {
      System.out.println(
          there.wireBytes() + " " + back.wireBytes() + " " + (there.dropped() + back.dropped()));
    }
    System.exit(0);
  }

  /// On a thread of its own, which is lost to the namespace.
  private static TunDevice device(long pid) throws IOException {
    try {
      return CompletableFuture.supplyAsync(
              () -> {
                try {
                  return TunDevice.open(pid, EmulatedNetwork.DEVICE);
                } catch (IOException e) {
                  throw new CompletionException(e);
                }
              },
              Thread.ofPlatform().daemon()::start)
          .join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    }
  }
}
