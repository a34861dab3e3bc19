package io.landfall.transfer.cli;

import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.DeviceRecord;
import io.landfall.store.cli.StoreCommand;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `landfall checkpoint serve`. Here and not with the other checkpoint commands, which open no
/// socket.
@Command(
    name = "serve",
    description =
        "Serve a disk of a checkpoint over NBD, every chunk verified as it is read; read-only, or"
            + " with --scratch.",
    footer = {
      "",
      "Example: landfall checkpoint serve 01KDWZ --device vda --socket /tmp/vda.sock --scratch"
    })
final class CheckpointServeCommand extends StoreCommand {
  @Parameters(paramLabel = "ID", description = "The checkpoint's id, or the start of it.")
  private String id;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "Which disk; may be left out if there is one.")
  private String device;

  @Mixin private ServeOptions options;

  @Override
  protected int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      CheckpointRecord record = find(store, id);
      DeviceRecord chosen = choose(record);
      try (CheckpointDevice disk = store.openDevice(record.id(), chosen.name())) {
        String description = "checkpoint " + record.id() + ", " + chosen.name();
        options.serve(disk, description, false, out());
      }
    }
    return 0;
  }

  private DeviceRecord choose(CheckpointRecord record) {
    List<DeviceRecord> matching =
        record.devices().stream()
            .filter(one ->
                device == null
                    ? one.kind() == CheckpointWriter.Kind.DISK
                    : one.name().equals(device))
            .toList();
    if (matching.isEmpty()) {
      throw new NoSuchElementException(
          "checkpoint " + record.id() + " has no " + (device == null ? "disk" : device));
    }
    if (matching.size() > 1) {
      throw new ParameterException(
          spec().commandLine(),
          "which disk? --device takes one of "
              + String.join(", ", matching.stream().map(DeviceRecord::name).toList()));
    }
    return matching.getFirst();
  }
}
