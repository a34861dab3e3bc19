package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import io.landfall.store.checkpoint.IngestSummary;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.landing.ArrivingImage;
import io.landfall.transfer.landing.TransferRecord;
import io.landfall.transfer.observe.Tracked;
import java.time.Duration;

/// Transfer records in the words of the control protocol.
final class LandedParts {
  private LandedParts() {}

  static Reply.LandedPart of(String name, Manifest manifest, TransferRecord record) {
    return new Reply.LandedPart(name, manifest.imageId().toString(), figures(record));
  }

  /// An image whose landing has begun: nothing has travelled yet.
  static Reply.LandedPart begun(String name, ArrivingImage image) {
    long size = image.manifest().sizeBytes();
    return new Reply.LandedPart(name, image.manifest().imageId().toString(), Figures.begun(size));
  }

  /// Tells how far it is.
  static TransferListener listener(Tracked tracked) {
    return progress ->
        tracked.progress(progress.phase().name(), progress.doneBytes(), progress.totalBytes());
  }

  /// What storing a device took: what the store had already counts as seeded, and the network is
  /// not told apart from content.
  static Figures figures(IngestSummary summary, Duration took) {
    return new Figures(
        summary.imageBytes(),
        summary.zeroBytes(),
        summary.unchangedBytes(),
        summary.claimedBytes(),
        0,
        summary.readBytes(),
        summary.readBytes(),
        took.toMillis());
  }

  static Figures figures(TransferRecord record) {
    return new Figures(
        record.imageBytes(),
        record.zeroBytes(),
        record.baseBytes(),
        record.seedBytes(),
        record.resumedBytes(),
        record.pulledBytes(),
        record.wireBytes(),
        record.map().plus(record.pull()).plus(record.seal()).plus(record.commit()).toMillis());
  }
}
