package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Transfers that wait for a busy disk; the clock and what the kernel says are the test's.
@Timeout(30)
class DiskThrottleTest {
  private static final long SECOND = 1_000_000_000;
  private static final int WAITING = 6;

  @TempDir Path directory;
  private final TransferQueue queue = new TransferQueue(4);
  private final List<TransferQueue.Slot> running = new CopyOnWriteArrayList<>();
  private final List<Thread> asking = new ArrayList<>();
  private final DiskThrottle throttle =
      new DiskThrottle(new DiskThrottle.Limits(2, 3, Duration.ofMinutes(1)), queue);
  private long now;

  @AfterEach
  void stop() {
    asking.forEach(Thread::interrupt);
  }

  private void ask(int transfers) throws InterruptedException {
    int before = queue.running() + queue.waiting();
    for (int i = 0; i < transfers; i++) {
      asking.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  running.add(queue.enter("ann"));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    while (queue.running() + queue.waiting() < before + transfers) {
      Thread.onSpinWait();
    }
    settle();
  }

  /// Until whoever has a turn knows it.
  private void settle() {
    while (running.size() < queue.running()) {
      Thread.onSpinWait();
    }
  }

  private void endOne() {
    running.removeFirst().close();
    settle();
  }

  /// The kernel says so for that long.
  private void load(int waiting, int seconds) {
    for (int i = 0; i < seconds; i++) {
      now += SECOND;
      throttle.counted(waiting, now);
    }
    settle();
  }

  @Test
  void busyDiskLetsFewerRunAndAnIdleOneMoreAgain() throws Exception {
    load(0, 1);
    ask(4 + WAITING);
    assertThat(queue.running()).isEqualTo(4);

    load(8, 60); // above the upper limit: who ends is not replaced
    assertThat(throttle.load()).isBetween(4.5, 6.0);
    assertThat(queue.holdsBack()).isFalse(); // it is its limit that it is at
    endOne();
    endOne();
    assertThat(queue.running()).isEqualTo(2);
    assertThat(queue.holdsBack()).isTrue();

    load(2, 120); // between the limits: who ends is
    assertThat(throttle.load()).isBetween(2.0, 3.0);
    assertThat(queue.running()).isEqualTo(2);
    endOne();
    assertThat(queue.running()).isEqualTo(2);

    load(0, 30); // below the lower: one more a minute
    assertThat(throttle.load()).isLessThan(2);
    assertThat(queue.running()).isEqualTo(2);
    load(0, 60);
    assertThat(queue.running()).isEqualTo(3);
    load(0, 60);
    assertThat(queue.running()).isEqualTo(4);
    load(0, 600);
    assertThat(queue.running()).isEqualTo(4); // MAX_CONCURRENT_UPLOADS holds
  }

  @Test
  void oneMayAlwaysRun() throws Exception {
    load(0, 1);
    load(50, 300);
    ask(2);
    assertThat(queue.running()).isEqualTo(1);
    endOne();
    assertThat(queue.running()).isEqualTo(1);
  }

  @Test
  void withoutALimitNoLoadHoldsAnythingBack() throws Exception {
    throttle.limit(new DiskThrottle.Limits(0, 0, Duration.ofMinutes(1)));
    load(0, 1);
    load(50, 300);
    ask(4);
    assertThat(queue.running()).isEqualTo(4);
  }

  @Test
  void threadsThatMoveImagesAndWaitForADiskAreCounted() throws IOException {
    thread(1, "landfall-read-0", 'D');
    thread(2, "landfall-write-", 'D');
    thread(3, "landfall-read-1", 'S');
    thread(4, "GC Thread#0", 'D');
    thread(5, "landfall-a) (b", 'D');
    Files.createDirectory(directory.resolve("6")); // it has just ended
    Files.writeString(thread(7, "landfall-x", 'D'), "7 (landfall-x)"); // cut short
    assertThat(new DiskWaits(directory).count()).isEqualTo(3);
    assertThatThrownBy(() -> new DiskWaits(directory.resolve("none")).count())
        .isInstanceOf(IOException.class);
  }

  private Path thread(int id, String name, char state) throws IOException {
    Path stat = Files.createDirectory(directory.resolve("" + id)).resolve("stat");
    return Files.writeString(stat, "%d (%s) %c 1 1 1 0 -1".formatted(id, name, state));
  }

  /// What the kernel really writes: a thread of ours that sleeps is told from one that has ended.
  @Test
  void kernelTellsTheStatesOfOurThreads() throws Exception {
    DiskWaits sleeping = new DiskWaits(DiskWaits.OWN_THREADS, 'S');
    int before = sleeping.count();
    CountDownLatch end = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .name("landfall-sleeps")
            .start(() -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    while (sleeping.count() != before + 1) {
      Thread.sleep(5);
    }
    end.countDown();
    thread.join();
    while (sleeping.count() != before) {
      Thread.sleep(5);
    }
    assertThat(new DiskWaits(DiskWaits.OWN_THREADS).count()).isNotNegative();
  }

  @Test
  void limitsAreANumberOrARange() {
    Duration minute = Duration.ofMinutes(1);
    assertThat(DiskThrottle.Limits.parse("2.0", minute))
        .contains(new DiskThrottle.Limits(1.8, 2, minute));
    assertThat(DiskThrottle.Limits.parse("5 to 6.5", minute))
        .contains(new DiskThrottle.Limits(5, 6.5, minute));
    for (String wrong : List.of("", "-1", "two", "6 to 5", "1 2", "5 TO 6", "1e9", "5 to")) {
      assertThat(DiskThrottle.Limits.parse(wrong, minute)).as(wrong).isEmpty();
    }
  }
}
