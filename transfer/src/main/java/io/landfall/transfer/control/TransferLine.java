package io.landfall.transfer.control;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A transfer that an agent carries out or watches: how it stands, or how it went.
///
/// @param id counts up on one agent
/// @param kind what it is
/// @param owner whose job it is for
/// @param job the job's name; empty for a copy by hand
/// @param part `vda`, `memory`, or a copy's path
/// @param peer who is at the other end
/// @param began by the agent's clock
/// @param tookMillis until now, or until it ended
/// @param predictedMillis how long it was expected to take until all parts of the job have landed,
///   for those that were ranked by it
/// @param state how it stands
/// @param phase what is being done, or was done last
/// @param doneBytes of the `totalBytes` of this phase
/// @param phaseMillis how long each phase took, in order
/// @param figures where its bytes came from, once it is done
/// @param error why it failed
public record TransferLine(
    long id,
    Kind kind,
    String owner,
    String job,
    String part,
    String peer,
    Instant began,
    long tookMillis,
    Optional<Long> predictedMillis,
    State state,
    String phase,
    long doneBytes,
    long totalBytes,
    Map<String, Long> phaseMillis,
    Optional<Figures> figures,
    Optional<String> error) {

  /// What moves where.
  public enum Kind {
    /// Here, for a machine that is to run here.
    LANDING,
    /// From here to an execute host: the other side of a `LANDING`.
    SENDING,
    /// What a guest changed, from an execute host into the checkpoint store here.
    CHECKPOINT,
    /// A modified disk, from an execute host to its owner here.
    RETURN,
    /// By hand, with `landfall copy`, to here.
    COPY
  }

  /// How it stands.
  public enum State {
    RUNNING,
    DONE,
    FAILED,
    /// Not all of it is here, and nobody wants the rest: the job whose guest read it while it
    /// landed is over. What came counts, and the next landing goes on from it.
    LEFT
  }
}
