package io.landfall.transfer.doctor;

import io.landfall.transfer.daemon.AgentSettings;
import io.landfall.transfer.daemon.AgentSettings.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// The file systems of EXECUTE and SPOOL: what they can, how fast they are, how much is free.
///
/// What does not exist yet is tried in the nearest directory above it.
final class FileSystemCheck implements Check {
  private static final long LITTLE_BYTES = 10L << 30;

  private final AgentSettings settings;

  FileSystemCheck(AgentSettings settings) {
    this.settings = settings;
  }

  @Override
  public String group() {
    return "file systems";
  }

  @Override
  public void run(Consumer<Finding> findings) throws IOException {
    if (settings.roles().contains(Role.EXECUTE)) {
      examine("EXECUTE", settings.execute(), findings);
    }
    if (settings.roles().contains(Role.SUBMIT)) {
      examine("SPOOL", settings.spool(), findings);
    }
    if (settings.roles().size() == Role.values().length) {
      findings.accept(together());
    }
  }

  private Finding together() throws IOException {
    FileSystem execute = FileSystem.of(existing(settings.execute()));
    FileSystem spool = FileSystem.of(existing(settings.spool()));
    return execute.device() == spool.device()
        ? Finding.costs(
            "EXECUTE and SPOOL",
            "on one file system",
            "images and checkpoints compete for its space and its speed",
            "put them on disks of their own, or set RESERVED_DISK and LANDFALL_IMAGE_CACHE_SIZE")
        : Finding.good("EXECUTE and SPOOL", "on file systems of their own");
  }

  static Path existing(Path path) {
    Path at = path.toAbsolutePath();
    while (!Files.isDirectory(at)) {
      at = at.getParent();
    }
    return at;
  }

  private static void examine(String name, Path configured, Consumer<Finding> findings)
      throws IOException {
    Path directory = existing(configured);
    if (!Files.isWritable(directory)) {
      findings.accept(
          Finding.broken(
              name,
              directory + " is not writable for " + System.getProperty("user.name"),
              "an agent of this user cannot work there",
              "ask as the agent's user: sudo -u landfall landfall doctor; or set " + name));
      return;
    }
    FileSystem store = FileSystem.of(directory);
    findings.accept(space(name, configured, directory, store));
    try (Scratch scratch = Scratch.in(directory)) {
      findings.accept(
          scratch.clones()
              ? Finding.good(name + " reflink", store.type() + " shares blocks between files")
              : Finding.costs(
                  name + " reflink",
                  store.type() + " does not share blocks between files",
                  "a private copy of an image costs its size in time and space",
                  "use XFS (made with reflink=1) or btrfs for " + configured));
      findings.accept(
          scratch.knowsHoles()
              ? Finding.good(name + " holes", "found (SEEK_HOLE) and punched (fallocate)")
              : Finding.costs(
                  name + " holes",
                  store.type() + " does not tell or make holes",
                  "images take their full size, and every byte of them is read",
                  "use ext4, XFS or btrfs for " + configured));
      findings.accept(speed(name, configured, scratch.speed()));
    }
  }

  private static Finding space(String name, Path configured, Path directory, FileSystem store) {
    long free = store.freeBytes();
    String found =
        "%s: %s free of %s, %s%s"
            .formatted(
                configured,
                Figure.bytes(free),
                Figure.bytes(store.totalBytes()),
                store.type(),
                directory.equals(configured) ? "" : "; tried in " + directory);
    return free >= LITTLE_BYTES
        ? Finding.good(name, found)
        : Finding.costs(
            name, found, "few images or checkpoints fit", "use a larger disk for " + name);
  }

  private static Finding speed(String name, Path configured, Scratch.Speed speed) {
    String found =
        "writes %s with fsync, reads %s; an fsync takes %s"
            .formatted(
                Figure.rate(speed.bytes(), speed.writeNanos()),
                Figure.rate(speed.bytes(), speed.readNanos()),
                Figure.millis(speed.syncNanos()));
    return speed.slow()
        ? Finding.costs(
            name + " speed",
            found,
            "landings and commits wait for this disk",
            "use a faster disk for " + configured)
        : Finding.good(name + " speed", found);
  }
}
