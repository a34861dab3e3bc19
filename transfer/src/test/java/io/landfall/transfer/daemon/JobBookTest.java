package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.store.checkpoint.JobKey;
import io.landfall.transfer.submit.SubmitContext;
import io.landfall.transfer.submit.SubmitFile;
import io.landfall.transfer.submit.VmJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobBookTest {
  private static final int MANY = Integer.getInteger("landfall.jobs", 500);

  @TempDir Path directory;

  /// With `-Dlandfall.jobs=10000`: as many as a submit file may make.
  @Test
  void aQueueOfManyJobsIsThereAgainWhenItIsOpened() throws Exception {
    VmJob vm = vm();
    JobBook book = JobBook.open(directory, "submit");
    long began = System.nanoTime();
    for (int proc = 0; proc < MANY; proc++) {
      book.put(Job.queued(new JobKey("submit", "ann", 1, proc), vm, Instant.EPOCH));
    }
    long queued = System.nanoTime();

    JobBook again = JobBook.open(directory, "submit");

    System.getLogger("queue")
        .log(
            System.Logger.Level.INFO,
            "{0} jobs queued in {1} ms, opened in {2} ms",
            MANY,
            (queued - began) / 1_000_000,
            (System.nanoTime() - queued) / 1_000_000);
    assertThat(again.all()).hasSize(MANY).containsExactlyElementsOf(book.all());
    String third = again.after("").skip(2).findFirst().orElseThrow().name();
    assertThat(again.after(third)).hasSize(MANY - 3);
  }

  @Test
  void aJobIsFoundByItsNumbersAndWhatIsNotThereIsSaid() throws Exception {
    JobBook book = JobBook.open(directory, "submit");
    Job job = Job.queued(new JobKey("submit", "ann", 7, 0), vm(), Instant.EPOCH);
    book.put(job.held(6, 10, "mend it"));

    assertThat(JobBook.open(directory, "submit").require("7.0").holdSubCode()).isEqualTo(10);
    assertThatThrownBy(() -> book.require("8.0"))
        .isInstanceOf(IOException.class)
        .hasMessage("no job 8.0 in the queue");
  }

  private VmJob vm() throws IOException {
    Files.write(directory.resolve("guest.img"), new byte[512]);
    Path file =
        Files.writeString(
            directory.resolve("guest.sub"),
            """
            universe             = vm
            executable           = guest
            vm_type              = kvm
            vm_memory            = 32
            vm_disk              = guest.img:vda:w:raw
            transfer_input_files = guest.img
            queue
            """);
    return SubmitFile.parse(file, SubmitContext.here().in(directory)).jobs().getFirst();
  }
}
