package io.landfall.transfer.control;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All that an agent knows of itself at one moment: what `landfall status` and the status page
/// show.
///
/// @param host the agent's name in the pool
/// @param roles what it does
/// @param version of the program
/// @param began when the agent was started
/// @param now by its clock
/// @param page where its status page is, if it serves one
/// @param running transfers under way, the oldest first
/// @param recent those that ended last, the newest first
/// @param uploads turns of landings
/// @param downloads turns of disks that come back
/// @param diskLoad how many transfers are inside a read or a write of this host's disk, on average
///   over a minute; in the submit role
/// @param jobsByState how many jobs are in each state, for all of them
/// @param jobs the first of them that are not over, and the last that are
/// @param hosts execute hosts that this agent may use, as they last described themselves
/// @param claims jobs that have a claim here, with its phase
/// @param cache the image cache, in the execute role
/// @param store the checkpoint store, in the submit role
/// @param bytes moved and saved since the agent was started, by kind of transfer and reason
public record Overview(
    String host,
    List<String> roles,
    String version,
    Instant began,
    Instant now,
    Optional<String> page,
    List<TransferLine> running,
    List<TransferLine> recent,
    QueueLine uploads,
    QueueLine downloads,
    double diskLoad,
    Map<String, Integer> jobsByState,
    List<Reply.JobLine> jobs,
    List<HostLine> hosts,
    Map<String, String> claims,
    Optional<CacheLine> cache,
    Optional<StoreLine> store,
    Map<String, Map<String, Long>> bytes) {

  /// Turns of transfers.
  ///
  /// @param held whether those that wait do so for the disk, and not for their turn alone
  public record QueueLine(int running, int waiting, boolean held) {
    /// Nobody moves anything.
    public static final QueueLine EMPTY = new QueueLine(0, 0, false);
  }

  /// An execute host, seen from the submit host.
  ///
  /// @param address that it is dialled by
  /// @param ad what it last said of itself
  /// @param seen when that was
  /// @param problem why it does not answer
  public record HostLine(
      String address,
      Optional<Reply.HostAd> ad,
      Optional<Instant> seen,
      Optional<String> problem) {}

  /// Landed images.
  ///
  /// @param freeBytes of the disk
  /// @param limitBytes `LANDFALL_IMAGE_CACHE_SIZE`; 0 for none
  /// @param images the one used last first
  public record CacheLine(long freeBytes, long limitBytes, List<ImageLine> images) {}

  /// One landed image.
  ///
  /// @param allocatedBytes that it takes on the disk
  /// @param inUse whether a job holds it
  public record ImageLine(String imageId, long sizeBytes, long allocatedBytes, boolean inUse) {}

  /// The checkpoint store.
  ///
  /// @param logicalBytes disks and memory of all checkpoints, as the guests see them
  /// @param packBytes what the store takes on the disk
  /// @param freeBytes of the disk
  public record StoreLine(int checkpoints, long logicalBytes, long packBytes, long freeBytes) {}
}
