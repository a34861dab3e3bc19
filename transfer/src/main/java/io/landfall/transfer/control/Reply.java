package io.landfall.transfer.control;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What comes back for a [Request].
public sealed interface Reply {

  /// Done, and nothing to tell.
  record Done() implements Reply {}

  /// What an execute host offers.
  ///
  /// @param name the host's name in the pool
  /// @param hypervisor the driver that would run a job, e.g. `qemu`
  /// @param vmTypes words of `vm_type` that it can run
  /// @param memoryMiB `VM_MEMORY` not yet claimed
  /// @param slots how many more machines it would run, `VM_MAX_NUMBER` less what runs
  /// @param images ImageIds in its image cache
  /// @param claims jobs that it holds a claim for, of whatever submit host
  /// @param machines its ads in old ClassAd text, one for each of `vmTypes`
  record HostAd(
      String name,
      String hypervisor,
      List<String> vmTypes,
      int memoryMiB,
      int slots,
      List<String> images,
      List<String> claims,
      List<String> machines)
      implements Reply {}

  /// Taken into a swarm.
  ///
  /// @param several whether others may be in it; if not, the image is pulled as ever
  record SwarmJoined(boolean several) implements Reply {}

  /// What to fetch next.
  ///
  /// @param index of the piece; negative for nothing just now
  /// @param source address of the host that has it; empty for the submit host
  /// @param export the ticket: its name there
  /// @param over nothing will come any more
  record SwarmPiece(int index, String source, String export, boolean over) implements Reply {}

  /// Everything has landed.
  ///
  /// @param disks one for each disk asked for, in order
  /// @param memory the landed memory of a restored machine
  record Prepared(List<LandedPart> disks, Optional<LandedPart> memory) implements Reply {}

  /// The machine runs.
  ///
  /// @param tookMillis from the request until the guest's processors ran
  record Started(long tookMillis) implements Reply {}

  /// How a claim stands.
  ///
  /// @param phase `NONE` if the host knows nothing of the job
  /// @param ended why the machine ended, in phase `ENDED`
  record ClaimStatus(Phase phase, Optional<String> ended) implements Reply {
    /// The life of a claim, in order; a claim is in one of them until it is released.
    public enum Phase {
      NONE,
      LANDING,
      PREPARED,
      RUNNING,
      SAVED,
      ENDED
    }
  }

  /// Disk and memory as of one moment are ready to be pulled.
  ///
  /// @param pauseMillis how long the guest had stood still when the state was safe on this host
  /// @param machine what the driver must know to restore, JSON
  /// @param disks one for each writable disk
  /// @param filesExport what has changed of the files sent besides the disks, if any were
  record Saved(
      long pauseMillis,
      String machine,
      List<ChangedDisk> disks,
      String memoryExport,
      String deviceStateExport,
      Optional<String> filesExport)
      implements Reply {}

  /// The writable disks of an ended job.
  ///
  /// @param filesExport what has changed of the files sent besides the disks, if any were
  record OutputDisks(List<ChangedDisk> disks, Optional<String> filesExport) implements Reply {}

  /// The jobs made from a submit description file.
  ///
  /// @param jobs their names, in order
  /// @param problems if there are any, one finished sentence each, and no job was made
  record Submitted(List<String> jobs, List<String> problems) implements Reply {}

  /// Part of the queue.
  ///
  /// @param more whether there are jobs behind the last one
  record Jobs(List<JobLine> jobs, boolean more) implements Reply {}

  /// Something to copy.
  ///
  /// @param export what to pull it by
  /// @param directory whether it is a tree
  /// @param names in it
  /// @param sizeBytes of its files
  /// @param dataBytes of them that are not known to be holes
  record CopyOffer(String export, boolean directory, int names, long sizeBytes, long dataBytes)
      implements Reply {}

  /// A copy has landed.
  record CopyTaken(int names, Figures figures) implements Reply {}

  /// What was said.
  ///
  /// @param now by the clock of whoever answers
  record Echoed(String padding, Instant now) implements Reply {}

  /// What reading the configuration again has changed.
  ///
  /// @param changed names that are in force now, with their values; `unset` for what holds without
  /// @param needRestart names whose new values wait for the next start
  record Reloaded(Map<String, String> changed, List<String> needRestart) implements Reply {}

  /// How an agent is.
  ///
  /// @param settings what is in force, by name
  /// @param figures of its queue, its store and its memory
  /// @param log its last lines
  /// @param threads a thread dump, virtual threads included
  record Inspection(
      String version,
      long pid,
      Instant started,
      Map<String, String> settings,
      Map<String, Long> figures,
      String log,
      String threads)
      implements Reply {}

  /// How an agent stands.
  record Status(Overview overview) implements Reply {}

  /// How transfers of an agent went, the newest first.
  record Transfers(List<TransferLine> transfers) implements Reply {}

  /// Metrics in Prometheus' text format.
  record Metrics(String text) implements Reply {}

  // ---- parts of replies

  /// A disk over the base it was landed as.
  ///
  /// @param device the guest's name for it
  /// @param export what to pull it by; its holes are ranges equal to the base
  /// @param baseImageId the base
  /// @param changed whether the guest wrote to it at all
  record ChangedDisk(String device, String export, String baseImageId, boolean changed) {}

  /// What a landing moved and saved.
  ///
  /// @param part `vda`, or `memory`
  /// @param imageId what has landed
  /// @param figures where its bytes came from
  record LandedPart(String part, String imageId, Figures figures) {}

  /// One line of the queue.
  record JobLine(
      String job,
      String executable,
      String status,
      Optional<String> host,
      Optional<String> checkpoint,
      int evictions,
      Instant submitted,
      Optional<String> reason) {}
}
