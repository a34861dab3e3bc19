package io.landfall.store.cli;

import io.landfall.protocol.content.Manifest;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.ContentDiff;
import io.landfall.store.checkpoint.DeviceRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint diff`.
@Command(
    name = "diff",
    description = "Show where the disks and memory of two checkpoints differ.",
    footer = {
      "",
      "In the map: # changed, = equal, . zeros; 64 characters for the whole disk.",
      "Example: landfall checkpoint diff 01KDWZ 01KDX1 --spool /var/spool/condor"
    })
final class DiffCommand extends StoreCommand {
  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "The older checkpoint's id or its start.")
  private String first;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "The newer checkpoint's id or its start.")
  private String second;

  @Override
  protected int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      List<ContentDiff> diffs = compare(store, find(store, first), find(store, second));
      if (json) {
        print(tree(diffs));
      } else {
        diffs.forEach(this::draw);
      }
      return DONE;
    }
  }

  /// A device that only one of the two has is compared with nothing.
  private static List<ContentDiff> compare(
      CheckpointStore store, CheckpointRecord a, CheckpointRecord b) throws IOException {
    List<ContentDiff> diffs = new ArrayList<>();
    for (DeviceRecord device : b.devices()) {
      Optional<DeviceRecord> former = a.device(device.name());
      Manifest old =
          former.isPresent()
              ? store.manifest(former.get())
              : Manifest.builder(0, device.chunkSizeBytes()).build();
      diffs.add(ContentDiff.of(device.name(), old, store.manifest(device)));
    }
    for (DeviceRecord device : a.devices()) {
      if (b.device(device.name()).isEmpty()) {
        diffs.add(
            ContentDiff.of(
                device.name(),
                store.manifest(device),
                Manifest.builder(0, device.chunkSizeBytes()).build()));
      }
    }
    return diffs;
  }

  private void draw(ContentDiff diff) {
    out()
        .printf(
            "%-12s |%s| %s in %d ranges%n",
            diff.name(), diff.map(), Text.bytes(diff.changedBytes()), diff.changed().size());
    out().flush();
  }

  private static ArrayNode tree(List<ContentDiff> diffs) {
    ArrayNode all = JSON.createArrayNode();
    for (ContentDiff diff : diffs) {
      ObjectNode one = all.addObject();
      one.put("name", diff.name()).put("changedBytes", diff.changedBytes());
      one.put("map", diff.map());
      ArrayNode ranges = one.putArray("changed");
      diff.changed()
          .forEach(range ->
              ranges.addObject().put("offset", range.offset()).put("length", range.length()));
    }
    return all;
  }
}
