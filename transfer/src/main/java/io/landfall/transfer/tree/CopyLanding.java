package io.landfall.transfer.tree;

import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.landing.TransferRecord;
import java.io.IOException;
import java.nio.file.Path;

/// Lands what a [CopySource] offers below a directory.
public final class CopyLanding {
  private CopyLanding() {}

  /// Lands a file or a directory under a name that is free. No link below `base` is followed, and
  /// what lies above the name must be there.
  public static TreeLanding.Landed land(
      TreeLanding.Parts parts,
      boolean directory,
      Path base,
      String relative,
      TransferListener listener)
      throws IOException {
    TreeListing.requireName(relative);
    try (HeldDirectory top = HeldDirectory.open(base);
        HeldDirectory parent = top.parentOf(relative)) {
      Path target = parent.path().resolve(relative.substring(relative.lastIndexOf('/') + 1));
      return directory ? TreeLanding.land(parts, target, listener) : image(parts, target, listener);
    }
  }

  private static TreeLanding.Landed image(
      TreeLanding.Parts parts, Path target, TransferListener listener) throws IOException {
    try (RemoteImage remote = parts.open(CopySource.IMAGE)) {
      TransferRecord record =
          Landing.land(remote, target, LandingOptions.DEFAULT, listener).record();
      return new TreeLanding.Landed(
          1,
          record.imageBytes(),
          record.zeroBytes(),
          record.resumedBytes(),
          record.pulledBytes(),
          record.wireBytes());
    }
  }
}
