package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointStore;
import java.io.IOException;
import picocli.CommandLine.Command;

/// `landfall checkpoint rebuild-index`.
@Command(
    name = "rebuild-index",
    description = "Make the index again from the packs. The daemon must not be running.",
    footer = {"", "Example: landfall checkpoint rebuild-index --spool /var/spool/condor"})
final class RebuildIndexCommand extends StoreCommand {
  @Override
  protected int run() throws IOException {
    long chunks = CheckpointStore.rebuildIndex(storeDirectory(), settings());
    if (json) {
      print(JSON.createObjectNode().put("chunks", chunks));
    } else {
      out().println("index made again: about " + chunks + " chunks");
    }
    return DONE;
  }
}
