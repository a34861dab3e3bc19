package io.landfall.store.cli;

import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.DeviceRecord;
import io.landfall.store.checkpoint.Restore;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint restore`.
@Command(
    name = "restore",
    description = "Write the disks and memory of a checkpoint to files, every byte verified.",
    footer = {
      "",
      "Example: landfall checkpoint restore 01KDWZ /tmp/job12 --device vda --format qcow2"
    })
final class RestoreCommand extends StoreCommand {
  @Parameters(index = "0", paramLabel = "ID", description = "The checkpoint's id, or its start.")
  private String id;

  @Parameters(index = "1", paramLabel = "DIR", description = "Where to write; made if need be.")
  private Path directory;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "raw",
      description = "Of disks: raw (sparse) or qcow2. Memory is always raw. Default: raw.")
  private DiskFormat format;

  /// What a restored disk is written as; the words are those that users type.
  private enum DiskFormat {
    raw,
    qcow2
  }

  @Option(names = "--device", paramLabel = "NAME", description = "Only this disk or memory.")
  private String device;

  @Override
  protected int run() throws IOException {
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
    boolean qcow2 = format == DiskFormat.qcow2 && one.kind() == CheckpointWriter.Kind.DISK;
    Path target = directory.resolve(one.name() + (qcow2 ? ".qcow2" : ".raw"));
    long start = System.nanoTime();
    try (CheckpointDevice source = store.openDevice(record.id(), one.name());
        Progress progress = new Progress(one.name(), one.sizeBytes())) {
      if (qcow2) {
        writeQcow2(source, target, progress);
      } else {
        Restore.toRaw(source, target, progress);
      }
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

  /// Every byte is verified as it is read; the writer's progress is a total and ours counts up.
  private static void writeQcow2(CheckpointDevice source, Path target, Progress progress)
      throws IOException {
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    AtomicLong before = new AtomicLong();
    Qcow2Writer.write(source, target, done -> progress.accept(done - before.getAndSet(done)));
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
