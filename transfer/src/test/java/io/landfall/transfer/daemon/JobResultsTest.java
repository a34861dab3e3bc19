package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.submit.SubmitContext;
import io.landfall.transfer.submit.SubmitFile;
import io.landfall.transfer.submit.VmJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobResultsTest {
  @TempDir Path directory;

  @Test
  void resultsGoToInitialdirUnderTheNamesThatTheJobGivesThem() throws Exception {
    VmJob job = job("transfer_output_remaps = \"guest.img=after.img\"");
    JobResults results = new JobResults(job);
    assertThat(results.target(job.disks().getFirst())).isEqualTo(directory.resolve("after.img"));
    assertThat(results.target(job.disks().getLast())).isEqualTo(directory.resolve("data.img"));
    assertThat(job.disks()).allMatch(results::wants);
  }

  @Test
  void onlyWhatTheJobNamesComesBack() throws Exception {
    VmJob job = job("transfer_output_files = data.img");
    assertThat(new JobResults(job).wants(job.disks().getFirst())).isFalse();
    assertThat(new JobResults(job).wants(job.disks().getLast())).isTrue();
    VmJob none = job("vm_no_output_vm = true");
    assertThat(none.disks()).noneMatch(new JobResults(none)::wants);
  }

  @Test
  void aRemapThatLeavesInitialdirIsRefused() throws Exception {
    for (String target : new String[] {"/etc/cron.d/x", "../x", "sub/x", ".."}) {
      VmJob job = job("transfer_output_remaps = \"guest.img=" + target + "\"");
      assertThatThrownBy(() -> new JobResults(job).requireInside())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("sends 'guest.img' to '" + target + "'")
          .hasMessageContaining("write a name without a path");
    }
  }

  private VmJob job(String line) throws IOException {
    Files.write(directory.resolve("guest.img"), new byte[4096]);
    Files.write(directory.resolve("data.img"), new byte[4096]);
    Path file =
        Files.writeString(
            directory.resolve("job.sub"),
            """
            universe             = vm
            executable           = guest
            vm_type              = kvm
            vm_memory            = 32
            vm_disk              = guest.img:vda:w:raw, data.img:vdb:w:raw
            transfer_input_files = guest.img, data.img
            %s
            queue
            """
                .formatted(line));
    return SubmitFile.parse(file, SubmitContext.here().in(directory)).jobs().getFirst();
  }
}
