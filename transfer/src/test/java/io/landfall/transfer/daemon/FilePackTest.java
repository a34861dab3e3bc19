package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.transfer.control.ControlJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilePackTest {
  private static final String SHA_OF_NOTHING =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  @TempDir Path directory;

  @Test
  void filesComeOutAsTheyWentIn() throws Exception {
    Map<String, Path> files = new TreeMap<>();
    byte[] large = new byte[3_000_001];
    new java.util.Random(7).nextBytes(large);
    files.put("large.bin", Files.write(directory.resolve("a"), large));
    files.put("empty", Files.write(directory.resolve("b"), new byte[0]));
    files.put("name with ümlaut, and more", Files.writeString(directory.resolve("c"), "text"));
    Path target = Files.createDirectory(directory.resolve("target"));
    Files.writeString(target.resolve("empty"), "is replaced");

    try (BlockDevice pack = FilePack.pack(files)) {
      FilePack.unpack(pack, name -> Optional.of(target.resolve(name)), (_, _) -> {});
    }

    assertThat(target.resolve("large.bin")).hasBinaryContent(large);
    assertThat(target.resolve("empty")).isEmptyFile();
    assertThat(target.resolve("name with ümlaut, and more")).hasContent("text");
    try (Stream<Path> all = Files.list(target)) {
      assertThat(all).as("and no part of any").hasSize(3);
    }
  }

  @Test
  void aLinkInPlaceOfAFileIsReplacedAndNotFollowed() throws Exception {
    Path other = Files.writeString(directory.resolve("other"), "untouched");
    Path target = Files.createDirectory(directory.resolve("target"));
    Files.createSymbolicLink(target.resolve("file"), other);

    try (BlockDevice pack =
        FilePack.pack(Map.of("file", Files.writeString(directory.resolve("a"), "new")))) {
      FilePack.unpack(pack, name -> Optional.of(target.resolve(name)), (_, _) -> {});
    }

    assertThat(other).hasContent("untouched");
    assertThat(target.resolve("file")).hasContent("new");
    assertThat(Files.isSymbolicLink(target.resolve("file"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../claim.json", "/etc/passwd", "a/b", "..", ".", "", "a\\b", "a\nb"})
  void aNameThatLeavesItsDirectoryIsRefusedBeforeAnythingIsWritten(String name) throws Exception {
    BlockDevice pack =
        pack(
            List.of(
                new FilePack.Entry("good", 0, SHA_OF_NOTHING),
                new FilePack.Entry(name, 0, SHA_OF_NOTHING)),
            "");
    assertRefused(pack, "is no name of a file in one directory");
  }

  @Test
  void aListThatDoesNotFitItsContentsIsRefused() throws Exception {
    FilePack.Entry empty = new FilePack.Entry("a", 0, SHA_OF_NOTHING);
    assertRefused(pack(List.of(empty, empty), ""), "names 'a' twice");
    assertRefused(
        pack(List.of(new FilePack.Entry("a", 9, SHA_OF_NOTHING)), "four"),
        "file 'a' of 9 bytes in a pack that has 4 left");
    assertRefused(
        pack(List.of(new FilePack.Entry("a", -1, SHA_OF_NOTHING)), "four"), "file 'a' of -1 bytes");
    assertRefused(pack(List.of(empty), "four"), "has 4 bytes of files, and its list names 0");
    assertRefused(
        pack(List.of(new FilePack.Entry("a", 4, SHA_OF_NOTHING)), "four"),
        "file 'a' did not arrive as it was sent");
    assertRefused(device(ByteBuffer.allocate(8).putLong(Long.MAX_VALUE).flip()), "a list of files");
    assertRefused(device(ByteBuffer.allocate(8).putLong(5).flip()), "expected at least 13");
    assertRefused(device(ByteBuffer.allocate(3)), "expected at least 8");
  }

  private void assertRefused(BlockDevice pack, String why) throws IOException {
    Path target = Files.createTempDirectory(directory, "target");
    assertThatThrownBy(
            () -> FilePack.unpack(pack, name -> Optional.of(target.resolve(name)), (_, _) -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
    try (Stream<Path> written = Files.list(target)) {
      assertThat(written).isEmpty();
    }
  }

  private static BlockDevice pack(List<FilePack.Entry> entries, String contents)
      throws IOException {
    byte[] list = ControlJson.write(new FilePack.Listing(entries)).getBytes(StandardCharsets.UTF_8);
    byte[] bytes = contents.getBytes(StandardCharsets.UTF_8);
    return device(
        ByteBuffer.allocate(Long.BYTES + list.length + bytes.length)
            .putLong(list.length)
            .put(list)
            .put(bytes)
            .flip());
  }

  private static BlockDevice device(ByteBuffer bytes) throws IOException {
    MemoryDevice device = new MemoryDevice(bytes.remaining());
    device.write(0, bytes);
    return device;
  }
}
