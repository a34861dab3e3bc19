package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.Usage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint tree`.
@Command(
    name = "tree",
    description = "Draw which checkpoint came from which, and what each takes.",
    footer = {
      "",
      "unique: what no other checkpoint needs, so what deleting this one would free.",
      "Example: landfall checkpoint tree alice/12.0 --spool /var/spool/condor"
    })
final class TreeCommand extends StoreCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "JOB",
      description = "Only of this job: CLUSTER, CLUSTER.PROC, or OWNER/CLUSTER.PROC@HOST.")
  private String job;

  @Override
  protected int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      List<CheckpointRecord> records = JobChoice.of(job).among(store);
      Map<CheckpointId, Usage.Share> shares = Usage.of(store).ofCheckpoints();
      if (json) {
        print(tree(records, shares));
      } else {
        draw(records, shares);
      }
      return DONE;
    }
  }

  private static ArrayNode tree(
      List<CheckpointRecord> records, Map<CheckpointId, Usage.Share> shares) {
    ArrayNode all = JSON.createArrayNode();
    for (CheckpointRecord record : records) {
      ObjectNode node = RecordTree.of(record);
      node.put("uniqueBytes", shares.get(record.id()).uniqueBytes());
      node.put("sharedBytes", shares.get(record.id()).sharedBytes());
      all.add(node);
    }
    return all;
  }

  private void draw(List<CheckpointRecord> records, Map<CheckpointId, Usage.Share> shares) {
    Map<JobKey, List<CheckpointRecord>> jobs =
        records.stream()
            .collect(
                Collectors.groupingBy(
                    CheckpointRecord::job, LinkedHashMap::new, Collectors.toList()));
    for (Map.Entry<JobKey, List<CheckpointRecord>> one : jobs.entrySet()) {
      out().println(one.getKey());
      Set<CheckpointId> here =
          one.getValue().stream().map(CheckpointRecord::id).collect(Collectors.toSet());
      List<CheckpointRecord> roots =
          one.getValue().stream()
              .filter(record -> record.parent().filter(here::contains).isEmpty())
              .toList();
      drawAll(roots, one.getValue(), "", shares);
    }
  }

  private void drawAll(
      List<CheckpointRecord> siblings,
      List<CheckpointRecord> all,
      String indent,
      Map<CheckpointId, Usage.Share> shares) {
    for (CheckpointRecord record : siblings) {
      boolean last = record.equals(siblings.getLast());
      out().println(indent + (last ? "└─ " : "├─ ") + line(record, shares.get(record.id())));
      List<CheckpointRecord> children =
          all.stream()
              .filter(child -> child.parent().equals(java.util.Optional.of(record.id())))
              .toList();
      drawAll(children, all, indent + (last ? "   " : "│  "), shares);
    }
  }

  private static String line(CheckpointRecord record, Usage.Share share) {
    return "%s #%d  %s ago on %s  %s, unique %s, shared %s"
        .formatted(
            record.id(),
            record.sequence(),
            Text.age(Duration.between(record.created(), Instant.now())),
            record.executeHost(),
            Text.bytes(record.summary().imageBytes()),
            Text.bytes(share.uniqueBytes()),
            Text.bytes(share.sharedBytes()));
  }
}
