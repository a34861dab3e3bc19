package io.landfall.transfer.lifecycle.qemu;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Layers of disks of a running QEMU: put on top of each other, and brought down again.
///
/// Threads: verbs of one VM come one at a time; events from the monitor's reading thread.
final class BlockJobs {
  /// An upper layer holds what a guest wrote while a checkpoint was pulled.
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final Qmp qmp;
  private final Map<String, CompletableFuture<Void>> ready = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Void>> done = new ConcurrentHashMap<>();

  BlockJobs(Qmp qmp) {
    this.qmp = qmp;
  }

  /// A layer that waits to be put on top of another.
  ///
  /// @param node its name, as node of QEMU's
  /// @param over the node that it will cover
  /// @param file an empty qcow2 file
  record Layer(String node, String over, String file) {}

  void onEvent(QmpEvent event) {
    String job = event.text("device");
    switch (event.name()) {
      case "BLOCK_JOB_READY" -> complete(ready.get(job), "");
      case "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED" -> {
        String error =
            event.name().endsWith("CANCELLED") ? "it was cancelled" : event.text("error");
        complete(done.get(job), error);
        complete(ready.get(job), error.isEmpty() ? "it ended before it was ready" : error);
      }
      default -> {}
    }
  }

  private static void complete(CompletableFuture<Void> future, String error) {
    if (future == null) {
      return;
    }
    if (error.isEmpty()) {
      future.complete(null);
    } else {
      future.completeExceptionally(new IOException(error));
    }
  }

  /// The monitor is gone, and with it whatever was under way.
  void closed() {
    ready.values().forEach(future -> complete(future, "QEMU ended"));
    done.values().forEach(future -> complete(future, "QEMU ended"));
  }

  /// Opens a layer, covering nothing yet.
  void open(Layer layer) throws IOException {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("driver", "qcow2");
    node.put("node-name", layer.node());
    node.put("discard", "unmap");
    node.put("detect-zeroes", "unmap");
    node.put("backing", null); // what it covers is said later
    node.put("file", Map.of("driver", "file", "filename", layer.file(), "discard", "unmap"));
    qmp.execute("blockdev-add", node);
  }

  /// Puts all layers in place, at one moment or not at all.
  void cover(List<Layer> layers) throws IOException {
    List<Map<String, Object>> actions =
        layers.stream()
            .map(layer ->
                Map.<String, Object>of(
                    "type",
                    "blockdev-snapshot",
                    "data",
                    Map.of("node", layer.over(), "overlay", layer.node())))
            .toList();
    qmp.execute("transaction", Map.of("actions", actions));
  }

  void close(Layer layer) throws IOException {
    qmp.execute("blockdev-del", Map.of("node-name", layer.node()));
  }

  /// Writes a layer's content into what it covers, which then is on top again; the guest may run.
  void bringDown(Layer layer) throws IOException {
    String job = "down-" + layer.node();
    ready.put(job, new CompletableFuture<>());
    done.put(job, new CompletableFuture<>());
    try {
      if (qmp.isClosed()) {
        closed();
      }
      qmp.execute(
          "block-commit", Map.of("job-id", job, "device", layer.node(), "base-node", layer.over()));
      await(ready.get(job));
      qmp.execute("block-job-complete", Map.of("device", job));
      await(done.get(job));
    } finally {
      ready.remove(job);
      done.remove(job);
    }
    close(layer);
  }

  /// Whether a layer is what the guest writes to.
  boolean covers(Layer layer) throws IOException {
    for (var disk : qmp.execute("query-block")) {
      if (disk.path("inserted").path("node-name").asString("").equals(layer.node())) {
        return true;
      }
    }
    return false;
  }

  /// Whether QEMU has a layer open at all.
  boolean has(Layer layer) throws IOException {
    for (var node : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
      if (node.path("node-name").asString("").equals(layer.node())) {
        return true;
      }
    }
    return false;
  }

  /// Gives up what another process of ours had under way; layers stay where they are.
  void cancelAll() throws IOException {
    for (var job : qmp.execute("query-block-jobs")) {
      qmp.execute(
          "block-job-cancel", Map.of("device", job.path("device").asString(""), "force", true));
    }
  }

  private static void await(CompletableFuture<Void> future) throws IOException {
    try {
      future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("bringing down a layer: " + e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("bringing down a layer: not done after " + PATIENCE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("bringing down a layer: interrupted", e);
    }
  }
}
