package io.landfall.transfer.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkLogTest {
  private static final WorkPlan PLAN = new WorkPlan(20, Duration.ofMillis(25));

  private final Disk disk = new Disk();

  @BeforeEach
  void aDiskForTheProgram() throws IOException {
    WorkProgram.install(disk, PLAN);
  }

  @Test
  void aFullRunIsComplete() throws IOException {
    work(1, 20, new WorkPattern(PLAN.seed()));
    WorkLog log = WorkLog.read(disk);
    assertThat(log.firstViolation()).isEmpty();
    assertThat(log.steps()).isEqualTo(20);
    assertThat(log.complete()).isTrue();
    assertThat(log.plan()).isEqualTo(new WorkPlan(20, Duration.ofMillis(30)));
  }

  @Test
  void aRunThatStoppedEarlyIsNotCompleteAndNoViolation() throws IOException {
    work(1, 12, new WorkPattern(PLAN.seed()));
    WorkLog log = WorkLog.read(disk);
    assertThat(log.firstViolation()).isEmpty();
    assertThat(log.steps()).isEqualTo(12);
    assertThat(log.complete()).isFalse();
  }

  @Test
  void aRebootStartsAgainAtOneAndShows() throws IOException {
    work(1, 12, new WorkPattern(PLAN.seed()));
    work(1, 20, new WorkPattern(PLAN.seed()));
    assertThat(WorkLog.read(disk).firstViolation()).hasValue("step 1: made twice");
  }

  @Test
  void aDiskOlderThanTheMemoryShows() throws IOException {
    WorkPattern memory = new WorkPattern(PLAN.seed());
    work(1, 8, memory);
    Disk older = disk.copy();
    work(9, 11, memory);
    disk.bytes.put(0, older.bytes, 0, older.bytes.capacity());
    work(12, 20, memory);
    assertThat(WorkLog.read(disk).firstViolation())
        .hasValue("step 9: lost, its place in the log holds no entry");
  }

  @Test
  void aDiskNewerThanTheMemoryShows() throws IOException {
    WorkPattern memory = new WorkPattern(PLAN.seed());
    work(1, 8, memory);
    WorkPattern older = new WorkPattern(memory.bytes());
    work(9, 11, memory);
    work(9, 20, older);
    assertThat(WorkLog.read(disk).firstViolation()).hasValue("step 9: made twice");
  }

  @Test
  void anEntryThatTheGuestDidNotFindOnItsDiskShows() throws IOException {
    WorkPattern memory = new WorkPattern(PLAN.seed());
    work(1, 8, memory);
    memory.change(9);
    disk.write(WorkEntry.offsetOf(9), new WorkEntry(9, memory.sum(), 7, 0, 0).encode());
    assertThat(WorkLog.read(disk).firstViolation())
        .hasValue("step 9: the guest's disk held step 7 before it, expected 8");
  }

  @Test
  void anotherMemoryShows() throws IOException {
    WorkPattern memory = new WorkPattern(PLAN.seed());
    work(1, 8, memory);
    work(9, 20, new WorkPattern(PLAN.seed()));
    assertThat(WorkLog.read(disk).firstViolation().orElseThrow())
        .startsWith("step 9: made by another memory, pattern ");
  }

  @Test
  void everyDamagedByteOfAnEntryShows() throws IOException {
    work(1, 20, new WorkPattern(PLAN.seed()));
    for (int i = 0; i < WorkEntry.SIZE_BYTES; i++) {
      int at = (int) WorkEntry.offsetOf(7) + i;
      byte right = disk.bytes.get(at);
      disk.bytes.put(at, (byte) (right ^ 0x10));
      assertThat(WorkLog.read(disk).firstViolation().orElseThrow()).startsWith("step 7: ");
      disk.bytes.put(at, right);
    }
  }

  @Test
  void stepsBeyondThePlanShow() throws IOException {
    work(1, 21, new WorkPattern(PLAN.seed()));
    assertThat(WorkLog.read(disk).firstViolation()).hasValue("step 21: the plan ends at 20");
  }

  @Test
  void aDiskOfSomebodyElseIsRefused() {
    disk.bytes.put((int) WorkProgram.PLAN_OFFSET, (byte) 0);
    assertThatThrownBy(() -> WorkLog.read(disk))
        .isInstanceOf(CorruptImageException.class)
        .hasMessage("work plan in sector 7: magic 4b574600, expected 4b57464c");
  }

  @Test
  void aPlanThatTheProgramWouldRefuseIsRefused() {
    disk.bytes.put((int) WorkProgram.PLAN_OFFSET + 4, (byte) 9);
    assertThatThrownBy(() -> WorkLog.read(disk))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageStartingWith("work plan in sector 7: version 9, 20 steps");
  }

  /// The steps `from..to`, as the program makes them.
  private void work(int from, int to, WorkPattern memory) throws IOException {
    for (int step = from; step <= to; step++) {
      memory.change(step);
      int before = step == 1 ? 0 : disk.stepAt(step - 1);
      WorkEntry entry = new WorkEntry(step, memory.sum(), before, disk.stepAt(step), step);
      disk.write(WorkEntry.offsetOf(step), entry.encode());
    }
  }

  private static final class Disk implements BlockDevice {
    private final ByteBuffer bytes = ByteBuffer.allocate((int) WorkProgram.RESERVED_BYTES);

    Disk copy() {
      Disk copy = new Disk();
      copy.bytes.put(0, bytes, 0, bytes.capacity());
      return copy;
    }

    int stepAt(int step) {
      return Integer.reverseBytes(bytes.getInt((int) WorkEntry.offsetOf(step) + 4));
    }

    @Override
    public long sizeBytes() {
      return bytes.capacity();
    }

    @Override
    public void read(long offset, ByteBuffer target) {
      target.put(bytes.slice((int) offset, target.remaining()));
    }

    @Override
    public void write(long offset, ByteBuffer source) {
      bytes.put((int) offset, source, source.position(), source.remaining());
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) {
      return List.of(new Extent(offset, length, Extent.Kind.DATA));
    }

    @Override
    public void close() {}
  }
}
