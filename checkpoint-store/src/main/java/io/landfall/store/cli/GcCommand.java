package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.gc.GarbageCollector;
import io.landfall.store.gc.GcPlan;
import io.landfall.store.gc.GcResult;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint gc`.
@Command(
    name = "gc",
    description = {
      "Give back the space of what no checkpoint needs. The plan is printed before it is followed.",
      "The daemon must not be running, except for --plan."
    },
    footer = {"", "Example: landfall checkpoint gc --plan --spool /var/spool/condor"})
final class GcCommand extends StoreCommand {
  @Option(names = "--plan", description = "Only print what would be done.")
  private boolean planOnly;

  @Option(
      names = "--all",
      description =
          "Also give back what ingests have stored that broke off in the last hours; their next"
              + " attempt will store it again.")
  private boolean all;

  @Override
  protected int run() throws IOException {
    if (planOnly) {
      try (CheckpointStore store = inspect()) {
        show(GarbageCollector.plan(store), null);
        return DONE;
      }
    }
    inspect().close(); // or nothing is there to collect
    try (CheckpointStore store = CheckpointStore.open(storeDirectory(), settings())) {
      if (all) {
        store.forgetUnfinished();
      }
      GcPlan[] plan = new GcPlan[1];
      GcResult result =
          GarbageCollector.run(
              store,
              made -> {
                plan[0] = made;
                if (!json) {
                  show(made, null);
                }
              },
              () -> false);
      if (json) {
        show(plan[0], result);
      } else {
        out()
            .printf(
                "done: %d packs removed, %s freed, %s copied, %d packs left alone%n",
                result.removedPacks(),
                Text.bytes(result.freedBytes()),
                Text.bytes(result.copiedBytes()),
                result.skippedPacks());
        out().flush();
      }
      return DONE;
    }
  }

  private void show(GcPlan plan, GcResult result) {
    if (!json) {
      out()
          .printf(
              "plan: of %d packs remove %d, rewrite %d (copy %s), free %s; %s dead stay where"
                  + " little is%n",
              plan.packs(),
              plan.removed().size(),
              plan.rewritten().size(),
              Text.bytes(plan.copiedBytes()),
              Text.bytes(plan.freedBytes()),
              Text.bytes(plan.keptDeadBytes()));
      if (plan.unfinishedPacks() > 0) {
        out()
            .printf(
                "%d packs stay for checkpoints that broke off and may be tried again (--all takes"
                    + " them too)%n",
                plan.unfinishedPacks());
      }
      out().flush();
      return;
    }
    ObjectNode tree = JSON.createObjectNode();
    tree.putObject("plan")
        .put("packs", plan.packs())
        .put("remove", plan.removed().size())
        .put("rewrite", plan.rewritten().size())
        .put("copyBytes", plan.copiedBytes())
        .put("freeBytes", plan.freedBytes())
        .put("keptDeadBytes", plan.keptDeadBytes())
        .put("unfinishedPacks", plan.unfinishedPacks());
    if (result != null) {
      tree.putObject("result")
          .put("removedPacks", result.removedPacks())
          .put("freedBytes", result.freedBytes())
          .put("copiedBytes", result.copiedBytes())
          .put("skippedPacks", result.skippedPacks());
    }
    print(tree);
  }
}
