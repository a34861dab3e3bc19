package io.landfall.store.gc;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// For JFR: one garbage collection of a checkpoint store.
@Name("landfall.StoreCollection")
@Label("Store collection")
@Category("Landfall")
@StackTrace(false)
final class CollectionEvent extends Event {
  @Label("Removed packs")
  int removedPacks;

  @Label("Freed")
  @DataAmount
  long freedBytes;

  @Label("Copied")
  @DataAmount
  long copiedBytes;
}
