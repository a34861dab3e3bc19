package io.landfall.transfer.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.error.ProtocolException;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Both sides of a pull in one thread, over a network that delivers in any order between requests,
/// loses connections with all that is on them, and now and then lies. Each seed is one schedule.
class SessionSimulationTest {
  /// With the half as many of each of the two others, 100,000 in all.
  private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 50_000);

  @Test
  void everyScheduleEndsWithTheExactContent() {
    eachOf(
        SCHEDULES,
        seed -> {
          Simulation simulation = new Simulation(seed, 0);
          simulation.run();
          simulation.assertExact();
        });
  }

  @Test
  void lyingSourceIsFoundOutOrDoesNoHarm() {
    LongAdder foundOut = new LongAdder();
    eachOf(
        SCHEDULES / 2,
        seed -> {
          Simulation simulation = new Simulation(seed, 10);
          try {
            simulation.run();
            simulation.assertExact();
          } catch (ProtocolException e) {
            foundOut.increment();
            simulation.assertNothingWrongWritten();
          } finally {
            simulation.close();
          }
        });
    assertThat(foundOut.sum()).isGreaterThan(SCHEDULES / 8);
  }

  @Test
  void cancelledPullGivesAllItsCreditBack() {
    eachOf(
        SCHEDULES / 2,
        seed -> {
          Simulation simulation = new Simulation(seed, 0);
          simulation.runSome(new SplittableRandom(seed).nextInt(1, 60));
          simulation.cancel();
          simulation.assertCreditReturned("seed " + seed);
        });
  }

  @FunctionalInterface
  private interface Schedule {
    void run(int seed) throws ProtocolException;
  }

  /// Each schedule is one thread's; different ones share nothing, so every core takes some.
  private static void eachOf(int schedules, Schedule schedule) {
    IntStream.range(0, schedules)
        .parallel()
        .forEach(seed -> {
          try {
            schedule.run(seed);
          } catch (ProtocolException | RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed, e);
          }
        });
  }

  @Test
  void overlappingRangesComeOnce() throws ProtocolException {
    MemoryDevice device = new MemoryDevice(1 << 20);
    Simulation simulation =
        new Simulation(
            1, 0, device, List.of(new Range(0, 10_000), new Range(5_000, 10_000), new Range(4, 3)));
    simulation.run();
    simulation.assertExact();
  }
}
