package io.landfall.store.checkpoint;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// For JFR: one commit of a checkpoint, from the last chunk until it would survive a power cut.
@Name("landfall.CheckpointCommit")
@Label("Checkpoint commit")
@Category("Landfall")
@StackTrace(false)
final class CommitEvent extends Event {
  @Label("Job")
  String job;

  @Label("Stored")
  @DataAmount
  long storedBytes;

  @Label("Packs relied on")
  int packs;
}
