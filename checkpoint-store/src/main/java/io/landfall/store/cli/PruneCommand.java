package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.Retention;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;

/// `landfall checkpoint prune`.
@Command(
    name = "prune",
    description = {
      "Delete the checkpoints of each job or owner that no rule keeps; gc gives their space back. A job's",
      "newest is always kept. The daemon must not be running, except for --plan."
    },
    footer = {
      "",
      "Example: landfall checkpoint prune --keep-last 3 --keep-daily 7 --spool /var/spool/condor"
    })
final class PruneCommand extends StoreCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "JOB",
      description = "Only of this job: CLUSTER, CLUSTER.PROC, or OWNER/CLUSTER.PROC@HOST.")
  private String job;

  @Option(
      names = "--per",
      paramLabel = "JOB|OWNER",
      defaultValue = "JOB",
      description = "Count the checkpoints of each job, or of all jobs of an owner. Default: JOB.")
  private Retention.Per per;

  @Option(
      names = "--keep-last",
      paramLabel = "N",
      defaultValue = "1",
      description = "Keep the newest N. Default: 1.")
  private int last;

  @Option(
      names = "--keep-daily",
      paramLabel = "N",
      defaultValue = "0",
      description = "Keep the newest of each of N days (UTC).")
  private int daily;

  @Option(
      names = "--keep-within",
      paramLabel = "HOURS",
      defaultValue = "0",
      description = "Keep everything younger than this many hours.")
  private int hours;

  @Option(names = "--plan", description = "Only print what would be deleted.")
  private boolean planOnly;

  @Override
  protected int run() throws IOException {
    Retention retention = new Retention(per, last, daily, Duration.ofHours(hours));
    List<CheckpointRecord> expired;
    try (CheckpointStore store = inspect()) {
      expired = retention.expired(JobChoice.of(job).among(store), Instant.now());
    }
    if (!planOnly && !expired.isEmpty()) {
      try (CheckpointStore store = CheckpointStore.open(storeDirectory(), settings())) {
        for (CheckpointRecord record : expired) {
          store.delete(record.id());
        }
      }
    }
    print(expired);
    return DONE;
  }

  private void print(List<CheckpointRecord> expired) {
    if (json) {
      ArrayNode all = JSON.createArrayNode();
      expired.forEach(record -> all.add(RecordTree.of(record)));
      print(all);
      return;
    }
    for (CheckpointRecord record : expired) {
      out()
          .println((planOnly ? "would delete " : "deleted ") + record.id() + " of " + record.job());
    }
    out().println(expired.size() + (planOnly ? " to delete" : " deleted"));
    out().flush();
  }
}
