package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.export.Import;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint import`.
@Command(
    name = "import",
    description = {
      "Take the checkpoints of an export into the store, which is made if there is none; every",
      "byte is verified, and all of them come or none. The daemon must not be running."
    },
    footer = {"", "Example: landfall checkpoint import job12.tar --spool /var/spool/condor"})
final class ImportCommand extends StoreCommand {
  @Parameters(paramLabel = "FILE", description = "What `export` wrote; - for stdin.")
  private String file;

  @Override
  protected int run() throws IOException {
    try (InputStream in =
            file.equals("-")
                ? new BufferedInputStream(System.in)
                : new BufferedInputStream(Files.newInputStream(Path.of(file)), 1 << 16);
        CheckpointStore store = CheckpointStore.open(storeDirectory(), settings())) {
      report(Import.read(store, in));
      return DONE;
    }
  }

  private void report(Import.Summary summary) {
    if (json) {
      ObjectNode tree = JSON.createObjectNode();
      ArrayNode added = tree.putArray("added");
      summary.added().forEach(record -> added.add(RecordTree.of(record)));
      print(tree.put("known", summary.known()).put("storedBytes", summary.storedBytes()));
      return;
    }
    summary
        .added()
        .forEach(record -> out().println("added " + record.id() + " of " + record.job()));
    out()
        .printf(
            "%d added, %d known already, %s stored%n",
            summary.added().size(), summary.known(), Text.bytes(summary.storedBytes()));
    out().flush();
  }
}
