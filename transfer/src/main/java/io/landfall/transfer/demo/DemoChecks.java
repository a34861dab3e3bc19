package io.landfall.transfer.demo;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkLog;
import io.landfall.transfer.guest.WorkProgram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What must hold when the demo's job is done. Each check that fails is a sentence.
final class DemoChecks {
  private static final int COMPARED_AT_ONCE = 1 << 20;

  private DemoChecks() {}

  /// The job's story: evicted with a checkpoint, resumed from it on the other host, completed.
  static List<String> faults(List<JobEvent> events) {
    List<String> faults = new ArrayList<>();
    List<JobEvent.Started> starts = of(events, JobEvent.Started.class);
    List<JobEvent.Checkpointed> checkpoints = of(events, JobEvent.Checkpointed.class);
    for (JobEvent.Held held : of(events, JobEvent.Held.class)) {
      faults.add("the job is held: " + held.reason());
    }
    if (of(events, JobEvent.Completed.class).isEmpty()) {
      faults.add("the job did not complete");
    }
    if (checkpoints.size() != 1) {
      faults.add("one eviction made " + checkpoints.size() + " checkpoints");
    }
    if (starts.size() != 2) {
      faults.add(
          "the guest was started " + starts.size() + " times, expected a start and a resume");
      return faults;
    }
    if (starts.get(0).host().equals(starts.get(1).host())) {
      faults.add(
          "the job resumed on " + starts.get(1).host() + ", the host that it was evicted from");
    }
    if (starts.get(1).checkpoint().isEmpty()) {
      faults.add("the second start was not from a checkpoint");
    }
    return faults;
  }

  /// The disks: the original unchanged, every step on the returned one, everything else equal.
  static List<String> faults(DemoJob job, String originalId) throws IOException {
    List<String> faults = new ArrayList<>();
    if (!Demo.imageId(job.original()).equals(originalId)) {
      faults.add("the original image has changed");
    }
    if (!Files.exists(job.result())) {
      faults.add("no modified image came back as " + job.result());
      return faults;
    }
    try (BlockDevice original = job.original();
        BlockDevice returned = job.returned()) {
      WorkLog log = WorkLog.read(returned);
      if (!log.complete()) {
        faults.add("the returned disk's " + log);
      }
      firstDifference(original, returned)
          .ifPresent(at ->
              faults.add(
                  "the returned disk differs at byte " + at + ", which the guest never wrote"));
    }
    return faults;
  }

  /// Who resumes with a network is told what became of the connections.
  static List<String> networkFaults(List<JobEvent> events) {
    return of(events, JobEvent.Warned.class).stream()
            .anyMatch(warned -> warned.text().contains("network"))
        ? List.of()
        : List.of("nothing was said about the network connections of the resumed guest");
  }

  /// The first byte outside the guest's log in which the disks differ.
  private static OptionalLong firstDifference(BlockDevice a, BlockDevice b) throws IOException {
    if (a.sizeBytes() != b.sizeBytes()) {
      return OptionalLong.of(Math.min(a.sizeBytes(), b.sizeBytes()));
    }
    ByteBuffer left = ByteBuffer.allocateDirect(COMPARED_AT_ONCE);
    ByteBuffer right = ByteBuffer.allocateDirect(COMPARED_AT_ONCE);
    for (long at = 0; at < a.sizeBytes(); ) {
      if (at == WorkProgram.LOG_OFFSET) {
        at = WorkProgram.RESERVED_BYTES;
      }
      long end = at < WorkProgram.LOG_OFFSET ? WorkProgram.LOG_OFFSET : a.sizeBytes();
      int length = (int) Math.min(COMPARED_AT_ONCE, end - at);
      left.clear().limit(length);
      right.clear().limit(length);
      a.read(at, left);
      b.read(at, right);
      int difference = left.flip().mismatch(right.flip());
      if (difference >= 0) {
        return OptionalLong.of(at + difference);
      }
      at += length;
    }
    return OptionalLong.empty();
  }

  private static <E extends JobEvent> List<E> of(List<JobEvent> events, Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
