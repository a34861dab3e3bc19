package io.landfall.transfer.guest;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/// What the work program is to do: sector 7 of its disk.
///
/// @param steps steps until the end, `0..65536`
/// @param perStep time from one step to the next; the program's clock has ticks of 10 ms, rounded
///   up
/// @param seed start of the pattern that the program keeps in RAM
/// @param ending what the program does after its last step
public record WorkPlan(int steps, Duration perStep, int seed, Ending ending) {

  /// As many steps as the log has room for.
  public static final int MAX_STEPS = 65536;

  private static final int VERSION = 1;
  private static final long TICK_MILLIS = 10;
  private static final int MAX_TICKS = 100 * 3600;

  /// How the program ends.
  public enum Ending {
    /// Powers off through ACPI, as a system does at its shutdown.
    POWER_OFF(0),
    /// Faults three times, so that the CPU resets: a reboot.
    RESET(1),
    /// Tells the hypervisor through pvpanic that it died.
    PANIC(2),
    /// Stops with interrupts off and says nothing.
    HANG(3);

    private final int number;

    Ending(int number) {
      this.number = number;
    }

    private static Optional<Ending> numbered(int number) {
      return Stream.of(values()).filter(e -> e.number == number).findFirst();
    }
  }

  /// A plan that ends with power-off, with a seed that everyone shares.
  public WorkPlan(int steps, Duration perStep) {
    this(steps, perStep, 1, Ending.POWER_OFF);
  }

  public WorkPlan {
    if (steps < 0 || steps > MAX_STEPS) {
      throw new IllegalArgumentException("steps: " + steps + ", expected 0.." + MAX_STEPS);
    }
    if (perStep.isNegative() || perStep.compareTo(Duration.ofMillis(MAX_TICKS * TICK_MILLIS)) > 0) {
      throw new IllegalArgumentException("time per step: " + perStep + ", expected at most 1 h");
    }
  }

  /// The same work with another end.
  public WorkPlan endingWith(Ending other) {
    return new WorkPlan(steps, perStep, seed, other);
  }

  /// Ticks of the program's clock between two steps.
  public int ticks() {
    return (int) ((perStep.toMillis() + TICK_MILLIS - 1) / TICK_MILLIS);
  }

  /// Reads the plan of a disk that was made for the work program.
  ///
  /// @throws CorruptImageException if the disk has no plan, or one that the program would refuse
  public static WorkPlan read(BlockDevice disk) throws IOException {
    if (disk.sizeBytes() < WorkProgram.RESERVED_BYTES) {
      throw new CorruptImageException(
          Reason.TRUNCATED,
          "work program's disk: %d bytes, expected at least %d"
              .formatted(disk.sizeBytes(), WorkProgram.RESERVED_BYTES));
    }
    ByteBuffer sector = ByteBuffer.allocate(WorkProgram.SECTOR).order(ByteOrder.LITTLE_ENDIAN);
    disk.read(WorkProgram.PLAN_OFFSET, sector);
    return parse(sector.flip());
  }

  private static WorkPlan parse(ByteBuffer sector) throws CorruptImageException {
    int magic = sector.getInt();
    if (magic != WorkProgram.MAGIC) {
      throw new CorruptImageException(
          Reason.WRONG_MAGIC,
          "work plan in sector 7: magic %08x, expected %08x".formatted(magic, WorkProgram.MAGIC));
    }
    int version = sector.getInt();
    int steps = sector.getInt();
    int ticks = sector.getInt();
    int seed = sector.getInt();
    int number = sector.getInt();
    Optional<Ending> ending = Ending.numbered(number);
    if (version != VERSION
        || steps < 0
        || steps > MAX_STEPS
        || ticks < 0
        || ticks > MAX_TICKS
        || ending.isEmpty()) {
      throw new CorruptImageException(
          Reason.UNSUPPORTED,
          "work plan in sector 7: version %d, %d steps, %d ticks, ending %d is not a plan of version %d"
              .formatted(version, steps, ticks, number, VERSION));
    }
    return new WorkPlan(steps, Duration.ofMillis(ticks * TICK_MILLIS), seed, ending.get());
  }

  /// The sector that tells the program this plan.
  ByteBuffer sector() {
    return ByteBuffer.allocate(WorkProgram.SECTOR)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(WorkProgram.MAGIC)
        .putInt(VERSION)
        .putInt(steps)
        .putInt(ticks())
        .putInt(seed)
        .putInt(ending.number)
        .rewind();
  }
}
