package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.DeviceRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint show`.
@Command(
    name = "show",
    description = "Show what one checkpoint holds.",
    footer = {"", "Example: landfall checkpoint show 01KDWZ --spool /var/spool/condor"})
final class ShowCommand extends StoreCommand {
  @Parameters(paramLabel = "ID", description = "The checkpoint's id, or the start of it.")
  private String id;

  @Override
  protected int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      CheckpointRecord record = find(store, id);
      if (json) {
        ObjectNode tree = RecordTree.of(record);
        tree.put("vmDescription", record.vmDescription());
        print(tree);
      } else {
        show(record);
      }
      return DONE;
    }
  }

  private void show(CheckpointRecord record) {
    out().println("checkpoint   " + record.id());
    out().println("job          " + record.job() + ", number " + record.sequence());
    out().println("parent       " + record.parent().map(Object::toString).orElse("none"));
    out().println("created      " + record.created());
    out().println("host         " + record.executeHost());
    out().println();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NAME", "KIND", "SIZE", "DATA", "READ", "NEW", "STORED", "IMAGE"));
    record.devices().forEach(device -> rows.add(row(device)));
    record
        .blobs()
        .forEach(blob ->
            rows.add(
                List.of(
                    blob.name(),
                    "blob",
                    Text.bytes(blob.sizeBytes()),
                    "",
                    "",
                    "",
                    "",
                    blob.imageId().abbreviated())));
    Text.table(rows).forEach(out()::println);
    out().println();
    out().println(record.vmDescription());
  }

  private static List<String> row(DeviceRecord device) {
    var summary = device.summary();
    return List.of(
        device.name(),
        device.kind().name().toLowerCase(Locale.ROOT),
        Text.bytes(device.sizeBytes()),
        Text.bytes(summary.imageBytes() - summary.zeroBytes()),
        Text.bytes(summary.readBytes()),
        Text.bytes(summary.newBytes()),
        Text.bytes(summary.storedBytes()),
        device.imageId().abbreviated());
  }
}
