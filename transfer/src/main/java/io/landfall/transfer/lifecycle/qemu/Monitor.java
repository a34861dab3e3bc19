package io.landfall.transfer.lifecycle.qemu;

import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmException;
import io.landfall.transfer.lifecycle.VmException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// The commands of QEMU's monitor that a VM's life needs, each as one method.
///
/// Threads: any; see [Qmp].
final class Monitor implements AutoCloseable {
  private static final Duration STARTUP = Duration.ofSeconds(60);
  private static final Duration RETRY = Duration.ofMillis(10);

  /// A stopped VM's device state takes milliseconds; reading back a memory file may not.
  private static final Duration MIGRATION = Duration.ofMinutes(5);

  private final Qmp qmp;
  private final Consumer<QmpEvent> listener;
  private volatile BlockJobs blockJobs;
  private volatile CompletableFuture<String> migration = new CompletableFuture<>();

  private Monitor(Path socket, Consumer<QmpEvent> listener) throws IOException {
    this.listener = listener;
    this.qmp = Qmp.connect(socket, this::onEvent);
    this.blockJobs = new BlockJobs(qmp);
    qmp.whenClosed(() -> {
      migration.complete("gone");
      blockJobs.closed();
    });
  }

  /// Connects to the monitor of a QEMU that was just launched, as soon as it listens.
  ///
  /// @param listener called by the reading thread: must not wait
  /// @throws IOException if the process ends first
  static Monitor connect(QemuProcess process, Path socket, Consumer<QmpEvent> listener)
      throws IOException {
    long deadline = System.nanoTime() + STARTUP.toNanos();
    while (true) {
      try {
        return new Monitor(socket, listener);
      } catch (IOException notYet) {
        if (System.nanoTime() - deadline > 0) {
          throw notYet;
        }
        // Nothing tells when a socket begins to listen; but the process's end ends the wait.
        if (process.awaitExit(RETRY)) {
          throw new IOException("QEMU ended at once", notYet);
        }
      }
    }
  }

  private void onEvent(QmpEvent event) {
    if (event.name().equals("MIGRATION")) {
      String status = event.text("status");
      if (status.equals("completed") || status.equals("failed")) {
        migration.complete(status);
      }
    }
    if (blockJobs != null) { // what comes before is from none of our jobs
      blockJobs.onEvent(event);
    }
    listener.accept(event);
  }

  /// The layers of its disks.
  BlockJobs blockJobs() {
    return blockJobs;
  }

  /// Has a drive read its base from the landed file.
  void landBase(VmDrive drive) throws IOException {
    BaseNodes.land(qmp, drive);
  }

  boolean isClosed() {
    return qmp.isClosed();
  }

  void whenClosed(Runnable action) {
    qmp.whenClosed(action);
  }

  /// QEMU's version, such as `7.2.22`.
  String version() throws IOException {
    JsonNode v = qmp.execute("query-version").path("qemu");
    return "%d.%d.%d"
        .formatted(v.path("major").asInt(0), v.path("minor").asInt(0), v.path("micro").asInt(0));
  }

  /// The machine's type with its version, such as `pc-i440fx-7.2`.
  String machineType() throws IOException {
    String type =
        qmp.execute("qom-get", Map.of("path", "/machine", "property", "type")).asString("");
    return type.endsWith("-machine") ? type.substring(0, type.length() - 8) : type;
  }

  /// QEMU's run state, such as `running`.
  String status() throws IOException {
    return qmp.execute("query-status").path("status").asString("");
  }

  void run() throws IOException {
    qmp.execute("cont");
  }

  void stop() throws IOException {
    qmp.execute("stop");
  }

  void powerButton() throws IOException {
    qmp.execute("system_powerdown");
  }

  void quit() throws IOException {
    qmp.execute("quit");
  }

  /// Sends the device state to a socket. Memory stays in its file.
  void saveTo(Path socket) throws IOException {
    prepareMigration();
    qmp.execute("migrate-set-parameters", Map.of("max-bandwidth", 1L << 40));
    qmp.execute("migrate", Map.of("uri", "unix:" + socket));
    awaitMigration(Reason.FAILED_TO_SAVE);
  }

  /// Listens on a socket for a device state.
  void listenForState(Path socket) throws IOException {
    prepareMigration();
    qmp.execute("migrate-incoming", Map.of("uri", "unix:" + socket));
  }

  /// Waits until the state that was sent to the socket is loaded.
  void awaitLoaded() throws IOException {
    awaitMigration(Reason.FAILED_TO_RESTORE);
  }

  private void prepareMigration() throws IOException {
    migration = new CompletableFuture<>();
    if (qmp.isClosed()) {
      migration.complete("gone");
    }
    qmp.execute(
        "migrate-set-capabilities",
        Map.of("capabilities", List.of(capability("x-ignore-shared"), capability("events"))));
  }

  private static Map<String, Object> capability(String name) {
    return Map.of("capability", name, "state", true);
  }

  private void awaitMigration(Reason reason) throws IOException {
    try {
      String status = migration.get(MIGRATION.toSeconds(), TimeUnit.SECONDS);
      if (!status.equals("completed")) {
        throw new VmException(reason, "device state: " + describe(status));
      }
    } catch (TimeoutException e) {
      throw new VmException(
          reason, "device state: not done after %d s".formatted(MIGRATION.toSeconds()), e);
    } catch (ExecutionException e) {
      throw new VmException(reason, "device state", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VmException(reason, "device state: interrupted", e);
    }
  }

  private String describe(String status) {
    try {
      String why = qmp.execute("query-migrate").path("error-desc").asString("");
      return "QEMU says " + (why.isEmpty() ? status : why);
    } catch (IOException gone) {
      return "QEMU ended over it";
    }
  }

  @Override
  public void close() {
    qmp.close();
  }
}
