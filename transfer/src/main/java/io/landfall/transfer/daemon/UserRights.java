package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.submit.VmJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;

/// What a user could do on this host by logging in: the agent, which may do more, does not do it
/// for somebody who submits over the network.
final class UserRights {
  private UserRights() {}

  /// Lets only a user submit who could read the file himself.
  static void requireReadable(String user, Path file) throws IOException {
    Path real = file.toRealPath();
    for (Path above = real.getParent(); above != null; above = above.getParent()) {
      if (!may(
          user, above, PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OTHERS_EXECUTE)) {
        throw refused(user + " may not enter " + above + " on this host");
      }
    }
    if (!may(user, real, PosixFilePermission.OWNER_READ, PosixFilePermission.OTHERS_READ)) {
      throw refused(user + " may not read " + file + " on this host");
    }
  }

  private static boolean may(
      String user, Path path, PosixFilePermission asOwner, PosixFilePermission asOther)
      throws IOException {
    PosixFileAttributes attributes = attributes(path);
    boolean own = attributes.owner().getName().equals(user);
    return attributes.permissions().contains(own ? asOwner : asOther);
  }

  /// Lets a user submit jobs only whose inputs he could read and whose results go where he could
  /// write.
  static void requireMaySubmit(String user, List<VmJob> jobs) throws IOException {
    for (VmJob job : jobs) {
      for (var disk : job.disks()) {
        requireReadable(user, InputImages.source(disk));
      }
      for (Path file : JobFiles.of(job).values()) {
        requireReadable(user, file);
      }
      PosixFileAttributes results = attributes(job.initialDir());
      if (!results.owner().getName().equals(user)) {
        throw refused(
            "results go to " + job.initialDir() + ", which is not a directory of " + user + "'s");
      }
    }
  }

  private static PosixFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, PosixFileAttributes.class);
  }

  private static ProtocolException refused(String sentence) {
    return new ProtocolException(ErrorCode.NOT_AUTHORISED, sentence);
  }
}
