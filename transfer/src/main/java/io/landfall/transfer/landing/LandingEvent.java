package io.landfall.transfer.landing;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// For JFR: one image that has landed, with its phases and where its bytes came from.
@Name("landfall.Landing")
@Label("Landing")
@Category("Landfall")
@StackTrace(false)
final class LandingEvent extends Event {
  @Label("Target")
  String target;

  @Label("Pull")
  @Timespan(Timespan.NANOSECONDS)
  long pull;

  @Label("Seal")
  @Timespan(Timespan.NANOSECONDS)
  long seal;

  @Label("Commit")
  @Timespan(Timespan.NANOSECONDS)
  long commitTime;

  @Label("Pulled")
  @DataAmount
  long pulledBytes;

  @Label("On the wire")
  @DataAmount
  long wireBytes;
}
