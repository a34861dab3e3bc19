package io.landfall.transfer.daemon;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// For JFR: how long a guest stood still for a checkpoint.
@Name("landfall.CheckpointPause")
@Label("Checkpoint pause")
@Category("Landfall")
@StackTrace(false)
final class PauseEvent extends Event {
  @Label("Job")
  String job;

  @Label("Pause")
  @Timespan(Timespan.MILLISECONDS)
  long pause;

  @Label("Guest goes on")
  boolean goesOn;

  static void tell(String job, long millis, boolean goesOn) {
    PauseEvent event = new PauseEvent();
    event.job = job;
    event.pause = millis;
    event.goesOn = goesOn;
    event.commit();
  }
}
