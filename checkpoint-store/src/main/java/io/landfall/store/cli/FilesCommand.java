package io.landfall.store.cli;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.filesystem.FileEntry;
import io.landfall.snapshot.filesystem.Volume;
import io.landfall.snapshot.filesystem.Volumes;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.DeviceRecord;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint files`.
@Command(
    name = "files",
    description = {
      "List the partitions (MBR, GPT) of a checkpoint's disks and the files on ext2/3/4 and FAT.",
      "The guest's journal is not replayed: what it had not written yet is not seen."
    },
    footer = {"", "Example: landfall checkpoint files 01KDWZ --device vda --json"})
final class FilesCommand extends StoreCommand {
  @Parameters(paramLabel = "ID", description = "The checkpoint's id, or the start of it.")
  private String id;

  @Option(names = "--device", paramLabel = "NAME", description = "Only this disk.")
  private String device;

  @Option(
      names = "--max-files",
      paramLabel = "N",
      defaultValue = "100000",
      description = "At most so many files of each partition. Default: 100000.")
  private int maxFiles;

  @Override
  protected int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      CheckpointRecord record = find(store, id);
      List<DeviceRecord> disks =
          record.devices().stream()
              .filter(one -> one.kind() == CheckpointWriter.Kind.DISK)
              .filter(one -> device == null || one.name().equals(device))
              .toList();
      if (disks.isEmpty() && device != null) {
        throw new NoSuchElementException("checkpoint " + record.id() + " has no disk " + device);
      }
      ArrayNode all = JSON.createArrayNode();
      for (DeviceRecord disk : disks) {
        try (BlockDevice content = store.openDevice(record.id(), disk.name())) {
          List<Volume> volumes = Volumes.of(content, maxFiles);
          if (json) {
            volumes.forEach(volume -> fill(all.addObject().put("device", disk.name()), volume));
          } else {
            volumes.forEach(volume -> show(disk, volume));
          }
        }
      }
      if (json) {
        print(all);
      }
      return DONE;
    }
  }

  private void show(DeviceRecord disk, Volume volume) {
    out()
        .printf(
            "%s%s  %s  %s at %d  %s%n",
            disk.name(),
            volume.partition().number() == 0 ? "" : " " + volume.partition().number(),
            volume.fileSystem(),
            Text.bytes(volume.partition().range().length()),
            volume.partition().range().offset(),
            volume.partition().type());
    for (FileEntry file : volume.files()) {
      out()
          .printf(
              "  %12s  %s  %s%s%n",
              file.kind() == FileEntry.Kind.FILE ? Long.toString(file.sizeBytes()) : "-",
              file.modified().truncatedTo(ChronoUnit.SECONDS),
              file.path(),
              file.kind() == FileEntry.Kind.DIRECTORY ? "/" : "");
    }
    if (!volume.problem().isEmpty()) {
      out().println("  the list ends here: " + volume.problem());
    }
    out().flush();
  }

  private static void fill(ObjectNode json, Volume volume) {
    json.put("partition", volume.partition().number())
        .put("offset", volume.partition().range().offset())
        .put("length", volume.partition().range().length())
        .put("type", volume.partition().type())
        .put("fileSystem", volume.fileSystem())
        .put("problem", volume.problem());
    ArrayNode files = json.putArray("files");
    for (FileEntry file : volume.files()) {
      files
          .addObject()
          .put("path", file.path())
          .put("kind", file.kind().name().toLowerCase(Locale.ROOT))
          .put("sizeBytes", file.sizeBytes())
          .put("modified", file.modified().toString());
    }
  }
}
