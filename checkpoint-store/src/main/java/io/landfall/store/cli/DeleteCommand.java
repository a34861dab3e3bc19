package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `landfall checkpoint delete`.
@Command(
    name = "delete",
    description = {
      "Delete a checkpoint; gc gives its space back. Others stay whole, also those made from it.",
      "The daemon must not be running."
    },
    footer = {"", "Example: landfall checkpoint delete 01KDWZ --spool /var/spool/condor"})
final class DeleteCommand extends StoreCommand {
  @Parameters(paramLabel = "ID", description = "The checkpoint's id, or the start of it.")
  private String id;

  @Override
  protected int run() throws IOException {
    CheckpointRecord record;
    try (CheckpointStore store = inspect()) {
      record = find(store, id);
    }
    try (CheckpointStore store = CheckpointStore.open(storeDirectory(), settings())) {
      store.delete(record.id());
    }
    if (json) {
      print(RecordTree.of(record));
    } else {
      out().println("deleted " + record.id() + " of " + record.job());
      out().flush();
    }
    return DONE;
  }
}
