package io.landfall.transfer.daemon;

/// What may happen to a job from outside while somebody takes care of it.
sealed interface Signal {
  /// The machine ended.
  record Ended(String reason, String detail) implements Signal {}

  /// Somebody wants it off its host.
  record Evict(String why) implements Signal {}

  /// The user wants it out of the queue.
  record Remove() implements Signal {}

  /// The user wants it left alone in the queue.
  record Hold(String why) implements Signal {}

  /// The user wants the guest to stand still.
  record Suspend(boolean soft) implements Signal {}

  /// The user wants it to go on.
  record Continue() implements Signal {}

  /// The user wants a checkpoint now.
  record Checkpoint() implements Signal {}

  /// The agent stops; the job stays as it is.
  record Stop() implements Signal {}

  /// An execute host has room again.
  record Look() implements Signal {}

  /// The execute host is gone.
  record Lost() implements Signal {}
}
