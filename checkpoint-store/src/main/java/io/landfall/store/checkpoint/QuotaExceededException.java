package io.landfall.store.checkpoint;

import java.io.IOException;

/// An owner's checkpoints need as much as they may: nothing was written, or nothing of it counts.
public final class QuotaExceededException extends IOException {
  private static final long serialVersionUID = 1L;

  QuotaExceededException(String owner, long neededBytes, long quotaBytes) {
    super(
        "owner %s: the checkpoints need %d bytes of a quota of %d; delete or prune some first"
            .formatted(owner, neededBytes, quotaBytes));
  }
}
