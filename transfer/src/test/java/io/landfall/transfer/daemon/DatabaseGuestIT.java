package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.testing.LinuxGuest;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A Linux guest that works like a database: it appends a record, waits until that is on its disk,
/// says so, and goes on; now and then it writes its table anew. It is evicted and resumed, again
/// and again, and must not notice.
@Timeout(600)
class DatabaseGuestIT {
  private static final int RECORDS = 400;
  private static final int EVICTIONS = 5;
  private static final int RECORDS_BETWEEN = 20;
  private static final String DATABASE =
      """
      n=0
      while [ $n -lt %d ]; do
        n=$((n+1))
        echo $n | dd of=/data/journal bs=4k oflag=append conv=notrunc,fsync 2>/dev/null || { echo "FAILED $n"; poweroff -f; }
        if [ $((n %% 16)) = 0 ]; then
          dd if=/data/journal of=/data/table.new bs=4k conv=fsync 2>/dev/null && mv /data/table.new /data/table
        fi
        echo "SYNCED $n"
        usleep 5000
      done
      umount /data && echo "CLOSED $n"
      poweroff -f
      """
          .formatted(RECORDS);

  @TempDir Path directory;

  @Test
  void everySyncedRecordIsThereAfterFiveEvictions() throws Exception {
    Tools.need("qemu-system-x86_64", "e2fsck", "debugfs");
    Path image = Files.createDirectories(directory.resolve("images")).resolve("linux.img");
    LinuxGuest.write(image, directory.resolve("parts"), DATABASE);
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startExecute("two");
      pool.startSubmit();
      String job = pool.submit(submitFile());
      int synced = 0;
      for (int eviction = 0; eviction < EVICTIONS; eviction++) {
        awaitStarts(pool, job, eviction + 1);
        synced = awaitRecords(pool, synced + RECORDS_BETWEEN);
        pool.evict(job);
      }
      List<JobEvent> events = pool.watch(job, JobEvent::last);

      assertThat(events.getLast()).isInstanceOf(JobEvent.Completed.class);
      assertThat(events)
          .filteredOn(JobEvent.Started.class::isInstance)
          .as("resumed each time, never booted again")
          .extracting(event -> ((JobEvent.Started) event).checkpoint().isPresent())
          .containsExactly(false, true, true, true, true, true);
      assertThat(hostsOf(events))
          .as("hosts take turns")
          .doesNotContainSequence(pool.address("one"), pool.address("one"))
          .doesNotContainSequence(pool.address("two"), pool.address("two"));
      assertThat(synced).isLessThan(RECORDS);
    }
    assertDatabaseIsWhole(directory.resolve("linux.img"));
  }

  private static List<String> hostsOf(List<JobEvent> events) {
    return events.stream()
        .filter(JobEvent.Started.class::isInstance)
        .map(event -> ((JobEvent.Started) event).host())
        .toList();
  }

  private void assertDatabaseIsWhole(Path returned) throws Exception {
    Path data = LinuxGuest.dataPartition(returned, directory.resolve("data"));
    Tools.run("e2fsck", "-fn", data.toString());
    assertThat(Tools.run("debugfs", "-R", "cat /journal", data.toString()).lines())
        .filteredOn(line -> !line.startsWith("debugfs"))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, RECORDS).mapToObj(Integer::toString).toList());
  }

  private Path submitFile() throws IOException {
    return Files.writeString(
        directory.resolve("linux.sub"),
        """
        universe                = vm
        executable              = database
        vm_type                 = kvm
        vm_memory               = 128
        vm_disk                 = linux.img:vda:w:raw
        transfer_input_files    = images/linux.img
        vm_checkpoint           = true
        when_to_transfer_output = ON_EXIT_OR_EVICT
        queue
        """);
  }

  private static void awaitStarts(Pool pool, String job, int count) throws Exception {
    int[] seen = {0};
    pool.watch(job, event -> event instanceof JobEvent.Started && ++seen[0] >= count);
  }

  /// Waits until the guest has said that so many records are on its disk; how many it was.
  private static int awaitRecords(Pool pool, int count) throws Exception {
    while (true) {
      int synced = Math.max(synced(pool.home("one")), synced(pool.home("two")));
      if (synced >= count) {
        return synced;
      }
      TimeUnit.MILLISECONDS.sleep(50); // a console is a file: there is nobody to ask
    }
  }

  private static int synced(Path host) throws IOException {
    try (Stream<Path> files = Files.walk(host)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("console"))
          .mapToInt(DatabaseGuestIT::lastSynced)
          .max()
          .orElse(0);
    } catch (UncheckedIOException movedAway) {
      return 0;
    }
  }

  private static int lastSynced(Path console) {
    try {
      return LinuxGuest.lastNumber(console, "SYNCED");
    } catch (NoSuchFileException ended) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
