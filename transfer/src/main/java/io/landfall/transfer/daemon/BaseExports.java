package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.transfer.nbd.NbdExport;
import io.landfall.transfer.nbd.NbdExports;
import io.landfall.transfer.net.NbdServer;
import io.landfall.transfer.net.NbdServerSettings;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The bases of one claim that have not landed, served to its machine over NBD.
///
/// A server of its own for each claim: reads that wait for one submit host hold up nobody else's.
/// The socket is in a directory with a short, random name, as the path of one has 107 bytes at
/// most; an agent that comes after a kill serves there again, and QEMU goes on.
///
/// Threads: any.
final class BaseExports implements NbdExports, Closeable {
  private static final Path ROOT = Path.of("/tmp");
  private static final String PREFIX = "landfall-bases-";

  /// A read that waits for the submit host holds a thread; QEMU has 16 under way per disk.
  private static final int THREADS = 16;

  private final Path directory;
  private final Map<String, NbdExport> exports = new ConcurrentHashMap<>();
  private final NbdServer server;
  private final NbdServer.Listening listening;

  private BaseExports(Path directory) throws IOException {
    this.directory = directory;
    this.server = NbdServer.open(NbdServerSettings.standard().withDiskThreads(THREADS));
    try {
      this.listening = server.listen(socket(), this);
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /// Serves in a new directory.
  static BaseExports open() throws IOException {
    return new BaseExports(Files.createTempDirectory(ROOT, PREFIX, ownerOnly()));
  }

  /// Serves where an agent before this one did.
  static BaseExports reopen(Path directory) throws IOException {
    if (!directory.startsWith(ROOT) || !directory.getFileName().toString().startsWith(PREFIX)) {
      throw new IOException(directory + ": no directory of base exports");
    }
    if (Files.notExists(directory)) {
      Files.createDirectory(directory, ownerOnly());
    }
    return new BaseExports(directory);
  }

  private static java.nio.file.attribute.FileAttribute<?> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  }

  Path directory() {
    return directory;
  }

  Path socket() {
    return directory.resolve("nbd");
  }

  /// @param base borrowed until [#close]
  void add(String device, BlockDevice base) {
    exports.put(device, NbdExport.readOnly(device, base));
  }

  @Override
  public Optional<NbdExport> find(String name) {
    return Optional.ofNullable(exports.get(name));
  }

  @Override
  public List<String> names() {
    return List.copyOf(exports.keySet());
  }

  /// Drops the machine's connections without a word: it waits for the server to come back.
  void drop() {
    listening.close();
  }

  /// Stops; reads that wait must have been ended before.
  @Override
  public void close() {
    drop();
    server.close();
  }

  /// Stops for good.
  void delete() throws IOException {
    close();
    Files.deleteIfExists(socket());
    Files.deleteIfExists(directory);
  }
}
