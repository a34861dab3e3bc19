package io.landfall.transfer.cli;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.WholeDisk;
import io.landfall.snapshot.disk.SnapshotDisk;
import io.landfall.transfer.nbd.NbdExport;
import io.landfall.transfer.nbd.NbdExports;
import io.landfall.transfer.net.NbdServer;
import io.landfall.transfer.net.NbdServerSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// Where and how a disk is served over NBD, and the serving itself.
final class ServeOptions {
  private static final int NBD_PORT = 10809;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Listen on this Unix socket, which only you may enter.")
  private Path socket;

  @Option(
      names = "--listen",
      paramLabel = "HOST[:PORT]",
      description =
          "Listen on TCP. Anything but the loopback needs --tls. Default: 127.0.0.1:10809.")
  private String listen;

  @Option(
      names = "--tls",
      paramLabel = "DIR",
      description =
          "Certificates as `landfall pool issue` and QEMU lay them out. Clients must show one too.")
  private Path tls;

  @Option(names = "--name", paramLabel = "NAME", description = "The export's name.")
  private String name = "";

  @Option(
      names = "--scratch",
      description = "Let clients write: what they write is kept aside and thrown away at the end.")
  private boolean scratch;

  private final CountDownLatch closed = new CountDownLatch(1);

  /// Serves until the process is told to end.
  ///
  /// @param disk a complete disk; borrowed
  /// @param writable whether clients write to the disk itself
  void serve(BlockDevice disk, String description, boolean writable, PrintWriter out)
      throws IOException {
    try {
      serveOrScratch(disk, description, writable, out);
    } finally {
      closed.countDown();
    }
  }

  private void serveOrScratch(
      BlockDevice disk, String description, boolean writable, PrintWriter out) throws IOException {
    if (!scratch) {
      NbdExport export = writable ? NbdExport.writable(name, disk) : NbdExport.readOnly(name, disk);
      serve(export.describedAs(description), out);
      return;
    }
    Path directory = Files.createTempDirectory("landfall-scratch");
    try (SnapshotDisk overlay = SnapshotDisk.create(directory.resolve("disk"), disk)) {
      NbdExport export = NbdExport.writable(name, new WholeDisk(overlay, disk));
      serve(export.describedAs(description), out);
    } finally {
      delete(directory);
    }
  }

  private void serve(NbdExport export, PrintWriter out) throws IOException {
    try (NbdServer server = NbdServer.open(NbdServerSettings.standard())) {
      String where = socket == null ? listenTcp(server, export) : listenUnix(server, export);
      out.println("serving " + where + "; end with Ctrl-C");
      out.flush();
      awaitEnd();
    }
  }

  private String listenUnix(NbdServer server, NbdExport export) throws IOException {
    server.listen(socket, NbdExports.only(export));
    return "nbd+unix:///" + name + "?socket=" + socket.toAbsolutePath();
  }

  private String listenTcp(NbdServer server, NbdExport export) throws IOException {
    InetSocketAddress where = address();
    if (tls == null && !where.getAddress().isLoopbackAddress()) {
      throw new IOException(
          where + ": anybody there could read the disk; give --tls DIR, or listen on 127.0.0.1");
    }
    NbdExports exports = NbdExports.only(export);
    InetSocketAddress bound =
        (tls == null ? server.listen(where, exports) : server.listen(where, exports, tls))
            .address();
    return (tls == null ? "nbd" : "nbds")
        + "://"
        + bound.getHostString()
        + ":"
        + bound.getPort()
        + "/"
        + name;
  }

  private InetSocketAddress address() throws IOException {
    String text = listen == null ? "127.0.0.1" : listen;
    InetSocketAddress address =
        new Addresses().convert(text.contains(":") ? text : text + ":" + NBD_PORT);
    if (address.isUnresolved()) {
      throw new IOException(text + ": no such host");
    }
    return address;
  }

  /// The hook waits for the closing and not for the thread that closes, which ends in `System.exit`
  /// and would wait for the hook.
  private void awaitEnd() {
    CountDownLatch end = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              end.countDown();
              try {
                closed.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    }
  }
}
