package io.landfall.transfer.lifecycle.simulated;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.transfer.guest.WorkEntry;
import io.landfall.transfer.guest.WorkPattern;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.lifecycle.VmSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Does what the work program does, without a CPU: the same log on the same disk, the same pattern
/// in memory, the same words on the console.
///
/// Not thread-safe: one thread is the virtual CPU.
final class SimulatedGuest implements AutoCloseable {
  private final GuestDisks disks;
  private final BlockDevice disk;
  private final GuestMemory memory;
  private final Path console;
  private final WorkPlan plan;

  private SimulatedGuest(GuestDisks disks, GuestMemory memory, Path console, WorkPlan plan) {
    this.disks = disks;
    this.disk = disks.boot();
    this.memory = memory;
    this.console = console;
    this.plan = plan;
  }

  /// A guest that boots from its first disk. Owns the disks when this returns.
  static SimulatedGuest boot(VmSpec spec, GuestDisks disks) throws IOException {
    WorkPlan plan = WorkPlan.read(disks.boot());
    GuestMemory memory = GuestMemory.create(spec.memoryFile(), spec.memoryBytes(), plan.seed());
    SimulatedGuest guest = new SimulatedGuest(disks, memory, spec.consoleFile(), plan);
    guest.say("BOOT");
    return guest;
  }

  /// A guest that goes on from its memory. Owns the disks when this returns.
  static SimulatedGuest goOn(VmSpec spec, GuestDisks disks) throws IOException {
    WorkPlan plan = WorkPlan.read(disks.boot());
    return new SimulatedGuest(disks, GuestMemory.open(spec.memoryFile()), spec.consoleFile(), plan);
  }

  WorkPlan plan() {
    return plan;
  }

  boolean done() throws IOException {
    return memory.step() >= plan.steps();
  }

  /// Makes the next step, whole.
  void step() throws IOException {
    int step = memory.step() + 1;
    WorkPattern pattern = memory.pattern();
    pattern.change(step);
    int before = step == 1 ? 0 : stepFoundAt(step - 1);
    WorkEntry entry = new WorkEntry(step, pattern.sum(), before, stepFoundAt(step), step);
    disk.write(WorkEntry.offsetOf(step), entry.encode());
    memory.store(step, pattern);
    say("STEP " + step);
  }

  void sayDone() throws IOException {
    say("DONE " + memory.step());
  }

  void sayButton() throws IOException {
    say("BUTTON " + memory.step());
  }

  /// Returns when disk and memory are durable.
  void flush() throws IOException {
    disks.flush();
    memory.flush();
  }

  private int stepFoundAt(int step) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);
    disk.read(WorkEntry.offsetOf(step) + Integer.BYTES, number);
    return Integer.reverseBytes(number.getInt(0));
  }

  private void say(String line) throws IOException {
    Files.writeString(
        console,
        line + "\r\n",
        StandardCharsets.US_ASCII,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  @Override
  public void close() throws IOException {
    try {
      memory.close();
    } finally {
      disks.close();
    }
  }
}
