package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;

/// `landfall checkpoint list`.
@Command(
    name = "list",
    description = "List checkpoints, oldest first.",
    footer = {"", "Example: landfall checkpoint list 12.0 --spool /var/spool/condor"})
final class ListCommand extends StoreCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "JOB",
      description = "Only of this job: CLUSTER, CLUSTER.PROC, or OWNER/CLUSTER.PROC@HOST.")
  private String job;

  @Override
  protected int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      List<CheckpointRecord> records = JobChoice.of(job).among(store);
      if (json) {
        ArrayNode all = JSON.createArrayNode();
        records.forEach(record -> all.add(RecordTree.of(record)));
        print(all);
      } else {
        Text.table(rows(records)).forEach(out()::println);
      }
      return DONE;
    }
  }

  private static List<List<String>> rows(List<CheckpointRecord> records) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ID", "JOB", "NO", "AGE", "HOST", "SIZE", "ADDED"));
    for (CheckpointRecord record : records) {
      rows.add(
          List.of(
              record.id().text(),
              record.job().toString(),
              Integer.toString(record.sequence()),
              Text.age(Duration.between(record.created(), Instant.now())),
              record.executeHost(),
              Text.bytes(record.summary().imageBytes()),
              Text.bytes(record.summary().storedBytes())));
    }
    return rows;
  }
}
