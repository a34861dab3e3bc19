package io.landfall.transfer.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.Exports;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A directory over a real link: what arrives is what was there, or nothing has the name.
@Timeout(120)
class TreeTest {
  private static final Instant OLD = Instant.parse("2024-02-03T04:05:06.789Z");

  @TempDir Path directory;
  private Endpoint server;
  private Endpoint client;
  private Peer peer;
  private volatile Exports exports = name -> Optional.empty();
  private TreeSource source;

  @BeforeEach
  void link() throws IOException {
    server = Endpoint.open(EndpointSettings.of("server"));
    client = Endpoint.open(EndpointSettings.of("client"));
    InetSocketAddress address =
        server.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            from -> from.serve(name -> exports.find(name)));
    peer = client.connect(address);
    Files.createDirectory(tree());
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
    if (source != null) {
      source.close();
    }
  }

  private Path tree() {
    return directory.resolve("source");
  }

  private Path target() {
    return directory.resolve("landed");
  }

  private Path write(String name, String content) throws IOException {
    Path path = tree().resolve(name);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, content);
  }

  private void large(String name, long seed) throws IOException {
    byte[] some = new byte[3 << 20];
    new Random(seed).nextBytes(some);
    try (RandomAccessFile file = new RandomAccessFile(tree().resolve(name).toFile(), "rw")) {
      file.setLength(20 << 20);
      file.seek(9 << 20);
      file.write(some);
    }
  }

  private void offer(TreeFilter filter) throws IOException {
    if (source != null) {
      source.close();
      source = null;
    }
    source = TreeSource.open(tree(), filter, Runnable::run);
    exports = source::find;
  }

  private TreeLanding.Landed land() throws IOException {
    return TreeLanding.land(part -> RemoteImage.open(peer, part), target(), TransferListener.NONE);
  }

  private void assertSame() throws IOException {
    try (Stream<Path> all = Files.walk(tree())) {
      for (Path there : all.toList()) {
        Path here = target().resolve(tree().relativize(there).toString());
        if (Files.isSymbolicLink(there)) {
          assertThat(Files.readSymbolicLink(here)).isEqualTo(Files.readSymbolicLink(there));
        } else {
          if (Files.isRegularFile(there)) {
            assertThat(Files.mismatch(there, here)).as(here.toString()).isEqualTo(-1);
          }
          if (!there.equals(tree())) {
            assertThat(Files.getPosixFilePermissions(here))
                .isEqualTo(Files.getPosixFilePermissions(there));
            assertThat(Files.getLastModifiedTime(here)).isEqualTo(Files.getLastModifiedTime(there));
          }
        }
      }
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".landing"));
    }
  }

  @Test
  void treeArrivesWithModesTimesLinksAndHoles() throws IOException {
    Path run = write("bin/run", "#!/bin/sh\n");
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-x--x"));
    write("empty", "");
    write("deep/er/note", "x".repeat(5000));
    Files.createDirectories(tree().resolve("nothing/here"));
    large("disk.vmdk", 1);
    Files.createSymbolicLink(tree().resolve("deep/link"), Path.of("../bin/run"));
    Files.createLink(tree().resolve("same"), run);
    Files.setLastModifiedTime(run, FileTime.from(OLD));
    Files.setLastModifiedTime(tree().resolve("deep"), FileTime.from(OLD));
    offer(TreeFilter.ALL);

    TreeLanding.Landed landed = land();

    assertSame();
    assertThat(landed.zeroBytes()).isEqualTo(17 << 20);
    assertThat(Files.getAttribute(target().resolve("same"), "unix:ino"))
        .isEqualTo(Files.getAttribute(target().resolve("bin/run"), "unix:ino"));
    assertThatThrownBy(this::land).isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void patternsDecideWhatIsTaken() throws IOException {
    write("a.vmx", "1");
    write("a.log", "2");
    write("caches/a.vmx", "3");
    offer(new TreeFilter(List.of("*.vmx"), List.of("caches")));
    land();
    try (Stream<Path> all = Files.walk(target())) {
      assertThat(all.filter(Files::isRegularFile).map(p -> target().relativize(p).toString()))
          .containsExactly("a.vmx");
    }
  }

  @Test
  void whatIsNoFileIsRefusedWithItsNameUnlessItIsExcluded() throws Exception {
    write("a", "1");
    assertThat(new ProcessBuilder("mkfifo", tree().resolve("pipe").toString()).start().waitFor())
        .isZero();
    assertThatThrownBy(() -> offer(TreeFilter.ALL))
        .hasMessageContaining("'pipe' is neither a file, a directory nor a link");
    offer(new TreeFilter(List.of(), List.of("pipe")));
    land();
    assertThat(target().resolve("a")).hasContent("1");

    Files.createSymbolicLink(tree().resolve("out"), Path.of("/etc/passwd"));
    assertThatThrownBy(() -> offer(new TreeFilter(List.of(), List.of("pipe"))))
        .hasMessageContaining("'out' leads out of the tree");
  }

  @Test
  void brokenOffLandingGoesOnWithWhatIsThere() throws IOException {
    for (int i = 0; i < 50; i++) {
      write("f" + i, ("content " + i).repeat(100));
    }
    large("one.vmdk", 1);
    large("two.vmdk", 2);
    offer(TreeFilter.ALL);
    Exports whole = exports;
    exports =
        name -> {
          if (name.endsWith("two.vmdk")) {
            throw new IOException("the disk of the source broke");
          }
          return whole.find(name);
        };
    assertThatThrownBy(this::land).hasMessageContaining("the disk of the source broke");
    assertThat(target()).doesNotExist();

    exports = whole;
    TreeLanding.Landed landed = land();

    assertSame();
    assertThat(landed.hereBytes()).isGreaterThan(20 << 20);
    assertThat(landed.pulledBytes()).isEqualTo(3 << 20);
  }

  @Test
  void wrongBytesWithRightChecksumsDoNotLand() throws IOException {
    write("a", "the truth");
    offer(TreeFilter.ALL);
    Exports honest = exports;
    exports =
        name -> name.equals(TreeSource.PACK) ? Optional.of(lie("the lies!")) : honest.find(name);
    assertThatThrownBy(this::land).hasMessageContaining("'a' is not what its digest names");
    assertThat(target()).doesNotExist();
    exports = name -> name.equals(TreeSource.PACK) ? Optional.of(lie("short")) : honest.find(name);
    assertThatThrownBy(this::land).hasMessageContaining("a pack of 5 bytes");
  }

  private static Export lie(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    BlockDevice device = new MemoryDevice(bytes.length);
    device.write(0, ByteBuffer.wrap(bytes));
    return Export.of(device);
  }

  @Test
  void linkInThePlaceOfTheStagingDirectoryIsNotFollowed() throws IOException {
    write("a", "1");
    offer(TreeFilter.ALL);
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path stage = directory.resolve(".landed.landing");
    Files.createSymbolicLink(stage, elsewhere);
    assertThatThrownBy(this::land).hasMessageContaining(".landed.landing");
    assertThat(elsewhere).isEmptyDirectory();

    Files.delete(stage);
    Files.createDirectory(
        stage, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx")));
    Files.setPosixFilePermissions(stage, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(this::land).hasMessageContaining("remove it to land here");
  }

  @Test
  void parentThatIsSwappedWhileItLandsIsHeld() throws IOException {
    write("a", "1");
    offer(TreeFilter.ALL);
    Path parent = Files.createDirectory(directory.resolve("parent"));
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Exports honest = exports;
    exports =
        name -> {
          if (name.equals(TreeSource.PACK) && !Files.isSymbolicLink(parent)) {
            Files.move(parent, directory.resolve("moved"));
            Files.createSymbolicLink(parent, elsewhere);
          }
          return honest.find(name);
        };
    TreeLanding.land(
        part -> RemoteImage.open(peer, part), parent.resolve("in"), TransferListener.NONE);
    assertThat(elsewhere).isEmptyDirectory();
    assertThat(directory.resolve("moved/in/a")).hasContent("1");
  }

  @Test
  void directoryThatBecomesALinkIsNotFollowedByTheSource() throws IOException {
    write("d/a", "secret?");
    offer(TreeFilter.ALL);
    Path secret = Files.createDirectory(directory.resolve("secret"));
    Files.writeString(secret.resolve("a"), "secret!");
    Files.move(tree().resolve("d"), directory.resolve("away"));
    Files.createSymbolicLink(tree().resolve("d"), secret);
    assertThatThrownBy(this::land).hasMessageContaining("opening d");
    assertThat(Files.exists(target(), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
