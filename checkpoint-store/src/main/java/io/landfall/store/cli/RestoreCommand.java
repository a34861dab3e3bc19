package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.DeviceRecord;
import io.landfall.store.checkpoint.Restore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint restore`.
@Command(
    name = "restore",
    description = "Write the disks and memory of a checkpoint to files, every byte verified.",
    footer = {"", "Example: landfall checkpoint restore 01KDWZ /tmp/job12 --device vda"})
final class RestoreCommand extends StoreCommand {
  @Parameters(index = "0", paramLabel = "ID", description = "The checkpoint's id, or its start.")
  private String id;

  @Parameters(index = "1", paramLabel = "DIR", description = "Where to write; made if need be.")
  private Path directory;

  @Option(names = "--device", paramLabel = "NAME", description = "Only this disk or memory.")
  private String device;

  @Override
  int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      CheckpointRecord record = find(store, id);
      List<DeviceRecord> wanted =
          record.devices().stream()
              .filter(one -> device == null || one.name().equals(device))
              .toList();
      if (wanted.isEmpty() && device != null) {
        throw new NoSuchElementException("checkpoint " + record.id() + " has no device " + device);
      }
      Files.createDirectories(directory);
      ArrayNode done = JSON.createArrayNode();
      for (DeviceRecord one : wanted) {
        done.add(restore(store, record, one));
      }
      if (device == null) {
        writeRest(store, record);
      }
      if (json) {
        print(done);
      }
      return DONE;
    }
  }

  private ObjectNode restore(CheckpointStore store, CheckpointRecord record, DeviceRecord one)
      throws IOException {
    Path target = directory.resolve(one.name() + ".raw");
    long start = System.nanoTime();
    try (CheckpointDevice source = store.openDevice(record.id(), one.name());
        Progress progress = new Progress(one.name(), one.sizeBytes())) {
      Restore.toRaw(source, target, progress);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (!json) {
      out()
          .printf(
              "%s: %s, %.1f s (%s)%n",
              target,
              Text.bytes(one.sizeBytes()),
              took.toMillis() / 1e3,
              Text.rate(one.sizeBytes(), took));
      out().flush();
    }
    return JSON.createObjectNode()
        .put("device", one.name())
        .put("file", target.toString())
        .put("sizeBytes", one.sizeBytes())
        .put("imageId", one.imageId().toString())
        .put("seconds", took.toMillis() / 1e3);
  }

  /// Blobs and the description, beside the devices.
  private void writeRest(CheckpointStore store, CheckpointRecord record) throws IOException {
    for (var blob : record.blobs()) {
      Files.write(
          directory.resolve(blob.name()),
          store.blob(record.id(), blob.name()),
          StandardOpenOption.CREATE_NEW);
    }
    Files.writeString(
        directory.resolve(record.id() + ".json"),
        record.vmDescription(),
        StandardOpenOption.CREATE_NEW);
  }
}
