package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.VmDrive;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The nodes under a drive: `DEVICE-base`, which everything else refers to, and below it where its
/// bytes come from: the landed file `DEVICE-base-file`, or, until it has landed, the NBD export
/// `DEVICE-base-export`.
///
/// QEMU moves from one to the other by reopening `DEVICE-base` with the other below it. Only the
/// requests that are under way at that moment are waited for; the guest's processors run on, and
/// overlays, devices and frozen layers above notice nothing.
final class BaseNodes {
  /// A QEMU whose server is gone waits for it so long before the guest is stopped on an I/O error:
  /// nobody mends a host faster because its guests have stopped.
  private static final Duration RECONNECT = Duration.ofDays(1);

  private BaseNodes() {}

  static String name(VmDrive drive) {
    return drive.device() + "-base";
  }

  /// The node that the base begins with.
  static String source(VmDrive drive) {
    return drive.export().isPresent() ? exportName(drive) : fileName(drive);
  }

  private static String fileName(VmDrive drive) {
    return drive.device() + "-base-file";
  }

  private static String exportName(VmDrive drive) {
    return drive.device() + "-base-export";
  }

  static Map<String, Object> file(VmDrive drive) {
    Map<String, Object> file = node("file", fileName(drive));
    file.put("filename", drive.base().toAbsolutePath().toString());
    file.put("read-only", true);
    return file;
  }

  static Map<String, Object> export(VmDrive drive, Path socket) {
    Map<String, Object> nbd = node("nbd", exportName(drive));
    nbd.put("server", Map.of("type", "unix", "path", socket.toAbsolutePath().toString()));
    nbd.put("export", drive.device());
    nbd.put("reconnect-delay", RECONNECT.toSeconds());
    nbd.put("read-only", true);
    return nbd;
  }

  static Map<String, Object> base(VmDrive drive, String source) {
    Map<String, Object> base = node("raw", name(drive));
    base.put("file", source);
    base.put("read-only", true);
    return base;
  }

  private static Map<String, Object> node(String driver, String name) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("driver", driver);
    node.put("node-name", name);
    return node;
  }

  /// Moves a running QEMU to the landed file.
  static void land(Qmp qmp, VmDrive drive) throws IOException {
    if (!exists(qmp, exportName(drive))) {
      return;
    }
    if (!exists(qmp, fileName(drive))) {
      qmp.execute("blockdev-add", file(drive));
    }
    qmp.execute("blockdev-reopen", Map.of("options", List.of(base(drive, fileName(drive)))));
    qmp.execute("blockdev-del", Map.of("node-name", exportName(drive)));
  }

  private static boolean exists(Qmp qmp, String name) throws IOException {
    for (var node : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
      if (node.path("node-name").asString("").equals(name)) {
        return true;
      }
    }
    return false;
  }
}
