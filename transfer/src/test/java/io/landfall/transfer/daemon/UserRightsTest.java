package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserRightsTest {
  private final String me = System.getProperty("user.name");

  @TempDir Path directory;

  private Path file(String mode) throws IOException {
    Path file = Files.writeString(directory.resolve("a.sub"), "queue\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  @Test
  void ownerReadsHisFileAndOthersOnlyWhatIsOpenToAll() throws IOException {
    Path closed = file("rw-------");
    assertThatCode(() -> UserRights.requireReadable(me, closed)).doesNotThrowAnyException();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> UserRights.requireReadable("nobody-here", closed))
        .hasMessageContaining("nobody-here may not read");
  }

  @Test
  void openFileInAClosedDirectoryIsClosed() throws IOException {
    Path open = file("rw-r--r--");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    assertThatThrownBy(() -> UserRights.requireReadable("nobody-here", open))
        .hasMessageContaining("may not enter " + directory);
  }

  @Test
  void linkIsJudgedByWhatItLeadsTo() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), file("rw-------"));
    assertThatThrownBy(() -> UserRights.requireReadable("nobody-here", link))
        .hasMessageContaining("may not read");
  }
}
