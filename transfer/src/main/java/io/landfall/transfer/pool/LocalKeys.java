package io.landfall.transfer.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How users of a machine prove to an agent on the same machine that they may command it: whoever
/// can read the file that the agent wrote when it began to listen.
///
/// The file is `PORT.key` in `/run/landfall` (an agent of root's), `$XDG_RUNTIME_DIR/landfall`, or
/// `/tmp/landfall-USER`; mode 0600, so that its owner may; an administrator lets others by its
/// group.
public final class LocalKeys {
  private static final int KEY_BYTES = 32;
  private static final Path SYSTEM = Path.of("/run/landfall");

  private final List<Path> directories;
  private final String user;

  private LocalKeys(List<Path> directories, String user) {
    this.directories = List.copyOf(directories);
    this.user = user;
  }

  /// Where this user's agents keep theirs, and where those of others are looked for.
  public static LocalKeys ofThisMachine() {
    return of(System.getenv(), System.getProperty("user.name"));
  }

  static LocalKeys of(Map<String, String> environment, String user) {
    List<Path> directories = new ArrayList<>();
    if (user.equals("root")) {
      directories.add(SYSTEM);
    }
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (!runtime.isEmpty() && Files.isDirectory(Path.of(runtime))) {
      directories.add(Path.of(runtime, "landfall"));
    }
    directories.add(Path.of("/tmp", "landfall-" + user));
    directories.add(SYSTEM);
    return new LocalKeys(directories.stream().distinct().toList(), user);
  }

  /// A new key, which nobody else knows before it is [published][#publish].
  public static byte[] generate() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /// Writes the key of the agent that listens on `port`; whoever can read the file may command it.
  ///
  /// @return the file, to be deleted when the agent stops
  public Path publish(int port, byte[] key) throws IOException {
    Path directory = directories.getFirst();
    if (!Files.exists(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    requireTrusted(directory);
    Path file = directory.resolve(port + ".key");
    PemFiles.writeSecret(file, HexFormat.of().formatHex(key) + "\n");
    return file;
  }

  /// The key of the agent on this machine that listens on `port`; empty if none of ours or root's
  /// does, or we may not read it.
  public Optional<byte[]> find(int port) throws IOException {
    for (Path directory : directories) {
      Path file = directory.resolve(port + ".key");
      if (Files.isReadable(file)) {
        requireTrusted(directory);
        return Optional.of(parse(file));
      }
    }
    return Optional.empty();
  }

  private static byte[] parse(Path file) throws IOException {
    try {
      byte[] key = HexFormat.of().parseHex(PemFiles.secret(file).strip());
      if (key.length == KEY_BYTES) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " holds no key of an agent", e);
    }
    throw new IOException(file + " holds no key of an agent");
  }

  /// In a directory that somebody else could write, anybody could pose as our agent.
  private void requireTrusted(Path directory) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String owner = attributes.owner().getName();
    if (!attributes.isDirectory()
        || !(owner.equals(user) || owner.equals("root"))
        || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)
        || attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)) {
      throw new IOException(
          directory
              + " belongs to "
              + owner
              + " with mode "
              + PosixFilePermissions.toString(attributes.permissions())
              + "; keys of agents are only kept in a directory that "
              + user
              + " or root alone can write");
    }
  }

  /// Where keys are looked for, for a sentence.
  @Override
  public String toString() {
    return String.join(", ", directories.stream().map(Path::toString).toList());
  }
}
