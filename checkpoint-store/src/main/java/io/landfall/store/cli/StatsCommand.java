package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.Usage;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

/// `landfall checkpoint stats`.
@Command(
    name = "stats",
    description = "Say what the store holds and what it takes.",
    footer = {"", "Example: landfall checkpoint stats --spool /var/spool/condor --json"})
final class StatsCommand extends StoreCommand {
  @Override
  protected int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      Usage.Totals totals = Usage.of(store).totals();
      int packs = store.packDirectory().list().size();
      if (json) {
        print(
            JSON.createObjectNode()
                .put("checkpoints", store.list().size())
                .put("packs", packs)
                .put("chunks", totals.chunks())
                .put("logicalBytes", totals.logicalBytes())
                .put("dataBytes", totals.dataBytes())
                .put("uniqueBytes", totals.uniqueBytes())
                .put("storedBytes", totals.storedBytes())
                .put("packBytes", totals.packBytes())
                .put("wastedBytes", totals.wastedBytes()));
        return DONE;
      }
      Text.table(
              List.of(
                  List.of("checkpoints", Integer.toString(store.list().size())),
                  List.of("logical", Text.bytes(totals.logicalBytes()), "as the guests see it"),
                  List.of("data", Text.bytes(totals.dataBytes()), "without zeros"),
                  List.of(
                      "unique",
                      Text.bytes(totals.uniqueBytes()),
                      totals.chunks() + " chunks, each once"),
                  List.of("stored", Text.bytes(totals.storedBytes()), "compressed, as deltas"),
                  List.of("packs", Text.bytes(totals.packBytes()), packs + " files"),
                  List.of("wasted", Text.bytes(totals.wastedBytes()), "no checkpoint needs it")))
          .forEach(out()::println);
      return DONE;
    }
  }
}
