package io.landfall.transfer.guest;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The work program's log as a disk holds it, judged: every step exactly once, in order, made by
/// the memory that belongs to this disk.
public final class WorkLog {
  private final WorkPlan plan;
  private final List<WorkEntry> entries;
  private final Optional<String> firstViolation;

  private WorkLog(WorkPlan plan, List<WorkEntry> entries, Optional<String> firstViolation) {
    this.plan = plan;
    this.entries = List.copyOf(entries);
    this.firstViolation = firstViolation;
  }

  /// Reads and judges the log of a disk; stops at the first entry that is not as it must be.
  ///
  /// @throws CorruptImageException if the disk was not made for the work program
  public static WorkLog read(BlockDevice disk) throws IOException {
    WorkPlan plan = WorkPlan.read(disk);
    ByteBuffer log = ByteBuffer.allocate(WorkPlan.MAX_STEPS * WorkEntry.SIZE_BYTES);
    disk.read(WorkProgram.LOG_OFFSET, log);
    return new Judge(plan, log.flip()).judge();
  }

  /// The plan that the disk was made with.
  public WorkPlan plan() {
    return plan;
  }

  /// Steps that are in the log without fault, from 1.
  public int steps() {
    return entries.size();
  }

  /// The entries of those steps.
  public List<WorkEntry> entries() {
    return entries;
  }

  /// The first thing that is not as it must be, as a sentence; empty if every step that was made is
  /// there exactly once and in order. A log that ends before the plan's last step is not a
  /// violation: see [#complete].
  public Optional<String> firstViolation() {
    return firstViolation;
  }

  /// Whether the log is without violation and reaches the plan's last step.
  public boolean complete() {
    return firstViolation.isEmpty() && steps() == plan.steps();
  }

  @Override
  public String toString() {
    return "work log: %d of %d steps, %s"
        .formatted(steps(), plan.steps(), firstViolation.orElse("each once and in order"));
  }

  /// Walks the log once.
  private static final class Judge {
    private final WorkPlan plan;
    private final ByteBuffer log;
    private final WorkPattern pattern;
    private final List<WorkEntry> entries = new ArrayList<>();

    Judge(WorkPlan plan, ByteBuffer log) {
      this.plan = plan;
      this.log = log;
      this.pattern = new WorkPattern(plan.seed());
    }

    WorkLog judge() {
      Optional<String> violation = Optional.empty();
      int used = usedSlots();
      while (violation.isEmpty() && entries.size() < used) {
        violation = judgeNext();
      }
      return new WorkLog(plan, entries, violation);
    }

    private Optional<String> judgeNext() {
      int step = entries.size() + 1;
      Optional<WorkEntry> read = WorkEntry.decode(slot(step));
      if (read.isEmpty()) {
        return Optional.of("step %d: lost, its place in the log holds no entry".formatted(step));
      }
      WorkEntry entry = read.get();
      pattern.change(step);
      Optional<String> fault = fault(step, entry);
      if (fault.isEmpty()) {
        entries.add(entry);
      }
      return fault;
    }

    private Optional<String> fault(int step, WorkEntry entry) {
      if (step > plan.steps()) {
        return Optional.of("step %d: the plan ends at %d".formatted(step, plan.steps()));
      }
      if (entry.step() != step) {
        return Optional.of("step %d: step %d is in its place".formatted(step, entry.step()));
      }
      if (entry.foundHere() != 0) {
        return Optional.of("step %d: made twice".formatted(step));
      }
      if (entry.foundBefore() != step - 1) {
        return Optional.of(
            "step %d: the guest's disk held step %d before it, expected %d"
                .formatted(step, entry.foundBefore(), step - 1));
      }
      int sum = pattern.sum();
      if (entry.patternSum() != sum) {
        return Optional.of(
            "step %d: made by another memory, pattern %08x, expected %08x"
                .formatted(step, entry.patternSum(), sum));
      }
      return Optional.empty();
    }

    /// Slots up to the last one that is not all zeros.
    private int usedSlots() {
      int last = log.limit() - 1;
      while (last >= 0 && log.get(last) == 0) {
        last--;
      }
      return (last + WorkEntry.SIZE_BYTES) / WorkEntry.SIZE_BYTES;
    }

    private ByteBuffer slot(int step) {
      return log.slice((step - 1) * WorkEntry.SIZE_BYTES, WorkEntry.SIZE_BYTES);
    }
  }
}
